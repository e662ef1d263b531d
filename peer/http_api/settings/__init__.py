"""The shop's settings over HTTP: `bodies` what front ends send, `settings` what is answered."""
