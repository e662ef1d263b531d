"""The one writer: commands and changes become durable here, and only then are they shown."""
