"""Plain calculations about bills of material, calendars and units: no database, no clock."""
