"""What a council gets to read: one content, as a web page, as a PDF on A4 with the same charts, and tables for a spreadsheet. Japanese; 見本 and 試算 on every sheet."""
