"""A tenant's upload beside the service: the archive that came by page or command, the worker that reads it, what it says on the way. What an upload is and does is `feeds`'."""
