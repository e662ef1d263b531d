"""Those who work here, over HTTP: `desk` who has entered, `bodies` what front ends send, `staff`
what is answered."""
