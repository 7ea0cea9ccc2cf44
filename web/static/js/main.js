// What every page of the panel starts.
