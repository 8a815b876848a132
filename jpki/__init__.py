"""Stand-in for the 公的個人認証サービスセンター: it knows the status of every electronic certificate and says so to whoever asks (OCSP).

Knows serial numbers, statuses and who changed them. Must never know a holder: no name, no address, no 宛名番号 comes in here.

* `__main__`: the real world enters here
* `config`: one JSON file, parsed once
* `app`: the OCSP door
* `office`: the staff's pages
* `desk`: one question served from top to bottom
* `statuses`: what is remembered
* `reasons`: why a status may be changed
"""
