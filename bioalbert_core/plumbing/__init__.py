"""What every room uses: files and folders, commands, tasks, errors, the backend."""
