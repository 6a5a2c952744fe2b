"""The commands, one a file. They translate between the command line and the library, and hold no rules of their own."""
