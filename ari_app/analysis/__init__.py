"""What is made of a recording: sound to figures and words. numpy, PyAV, onnxruntime and Whisper are loaded in here
only, by a worker process or a command, never by the service."""
