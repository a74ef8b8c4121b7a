"""What goes over the wire: the shapes of bodies and answers, and how rows become them."""
