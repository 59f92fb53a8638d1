"""What every room stands on: files and folders, commands, tasks, messages, the backend."""
