"""The icons that pages may use: names of Tabler outline icons.

`tools/vendor_static.py` copies exactly these into one sprite; the `icon` tag refuses any other name,
so a misspelt icon fails in tests and never leaves a hole on a page. To use a new one, add its name
here (alphabetical) and run `make setup`.
"""

ICONS: frozenset[str] = frozenset(
    """
    address-book adjustments-horizontal alarm alert-circle alert-hexagon alert-octagon alert-triangle ambulance
    archive arrow-back-up arrow-down arrow-left arrow-merge arrow-narrow-right arrow-right arrow-up
    arrows-exchange arrows-left-right arrows-sort arrows-split award ban bell bell-ringing bolt book bookmark
    briefcase brightness-half building building-bank building-community bulb bus calendar calendar-due calendar-event
    calendar-off calendar-time camera car category chart-bar chart-dots chart-line chart-pie check checkbox checklist
    checks chevron-down chevron-left chevron-right chevron-up circle circle-check circle-dashed circle-dot circle-x
    clipboard-check clipboard-list clipboard-text clock clock-exclamation clock-hour-4 clock-pause clock-play cloud
    cloud-off cloud-upload columns-3 command copy corner-up-left database device-desktop device-floppy device-mobile
    dots dots-vertical download droplet edit external-link eye eye-off file file-alert file-check
    file-description file-export file-import file-spreadsheet file-text filter filter-off fingerprint flag flag-3 flame folder
    forms gauge git-branch git-merge grid-dots hand-stop headset help help-circle hierarchy hierarchy-2 history
    home hourglass hourglass-high id inbox info-circle key keyboard language layout-board layout-dashboard
    layout-kanban layout-list lifebuoy link list list-check list-details list-search loader lock lock-open login login-2
    logout mail man map map-2 map-pin map-pin-off map-pins menu-2 message message-2 message-circle
    message-dots message-plus message-question message-report message-reply messages microphone minus
    mood-happy mood-neutral mood-sad mood-smile moon note notebook notes number-1 number-2 number-3 paperclip
    pencil phone phone-call phone-incoming phone-off phone-outgoing photo photo-plus player-pause player-play plug
    plus point presentation printer progress-check question-mark receipt refresh refresh-alert repeat report
    report-analytics report-search rotate route ruler rubber-stamp school scale search search-off select send server server-off
    settings shield shield-check shield-half shield-lock signature speakerphone square-check stack-2 star star-filled
    stethoscope subtask sum sun sun-moon switch-horizontal table table-export table-import tag tags target target-arrow
    template test-pipe text-size thumb-down thumb-up timeline tool tools-off transfer transfer-in transfer-out trash tree
    trending-down trending-up truck typography unlink upload urgent user user-check user-circle user-off user-plus
    user-question user-shield users users-group versions volume wall wand wifi-off world x zoom-in zoom-out
    """.split()
)
