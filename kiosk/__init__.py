"""The touch kiosk: what a visitor can choose (`Menu`) and what is handed back (`Receipt`)."""
