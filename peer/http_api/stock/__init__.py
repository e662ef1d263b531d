"""The stock over HTTP: what is on hand, and what people say of it."""
