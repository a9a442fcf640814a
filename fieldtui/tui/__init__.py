"""The terminal screens. Widgets decide nothing: screens run services in a thread and show what comes back."""
