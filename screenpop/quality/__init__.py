"""Score cards: questions about a call, answered by people and by what was measured."""
