"""A recording while it is written: where its clock stands, and what was left out. Pure: times are given."""

from dataclasses import dataclass, field

from screenpop.recordings.model import OPEN_END, Gap


@dataclass(slots=True)
class Live:
    """One recording on the PBX. Times are Unix seconds, those of gaps seconds from its begin.

    The PBX writes only while the channel is connected (option b of MixMonitor), so the recording's clock runs then.
    """

    id: str
    call_id: str
    name: str
    leg_id: str = ""
    channel: str = ""
    started_at: float = 0.0
    agent: str = ""
    paused: bool = False
    unwanted: bool = False
    """The rules say no, now that more is known: what there is goes."""
    over: bool = False
    """Somebody came into the call who does not want it: what follows is not kept, whatever the PBX writes."""
    joined: bool = False
    """Its call and another one turned out to be one."""
    sure_of: str = ""
    """The name of its latest part of which the PBX has said that it is ours."""
    unsure: int = 0
    """So many monitors began that may be ours, and the PBX has not been asked yet."""
    mistaken: bool = False
    """It is none of ours: the site's own monitor began while ours was awaited."""
    gaps: list[Gap] = field(default_factory=list)
    part: int = 1
    """How often the PBX has begun to write, with files of their own."""
    fresh: bool = True
    """What it writes now was begun since the agent's side last changed."""
    began: bool = False
    """Somebody was connected: something was written."""
    _written: float = 0.0
    _since: float | None = None

    def connected(self, at: float) -> bool:
        """The channel was connected; was it for the first time?"""
        if self._since is None:
            self._since = at
        if self.began:
            return False
        self.began, self.started_at = True, at
        return True

    def parted(self, at: float) -> None:
        """The channel is connected to nobody."""
        self._written = self.position(at)
        self._since = None

    def position(self, at: float) -> float:
        """Where in the recording the moment `at` is."""
        return self._written + (max(0.0, at - self._since) if self._since is not None else 0.0)

    def set_paused(self, paused: bool, at: float) -> bool:
        """The PBX leaves out what is said from now on, or goes on; did that change anything?"""
        if paused == self.paused or self.over:
            return False
        self.paused = paused
        if paused:
            self.gaps.append((self.position(at), OPEN_END))
        else:
            self.gaps[-1] = (self.gaps[-1][0], self.position(at))
        return True

    def resume_clock(self, started_at: float, gaps: list[Gap]) -> None:
        """Go on with a recording that was begun before this program was: the clock is taken to have run since."""
        self.began, self.started_at, self._since = True, started_at, started_at
        self.gaps = list(gaps)
        self.paused = bool(gaps) and gaps[-1][1] >= OPEN_END
