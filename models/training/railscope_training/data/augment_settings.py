"""How pictures are varied while training."""

from __future__ import annotations

from dataclasses import dataclass

from railscope_training.errors import TrainingError


@dataclass(frozen=True)
class AugmentSettings:
    """Largest changes and chances. Levels change relative to each picture's own, since line-scan pictures are dark."""

    #: chances of mirroring left–right and top–bottom
    flip_x: float = 0.5
    flip_y: float = 0.5
    #: quarter turns, all four alike; off keeps the rail along its axis (square pictures only)
    quarter_turns: bool = False
    #: chance of rotation, scaling and shift together
    affine: float = 0.8
    rotate_degrees: float = 5.0
    scale: tuple[float, float] = (0.85, 1.2)
    #: share of the picture's side
    shift: float = 0.1
    #: brightness is multiplied with e^±x
    brightness: float = 0.25
    #: contrast about the picture's mean is multiplied with e^±x
    contrast: float = 0.25
    #: exponent e^±x on levels relative to the picture's brightest
    gamma: float = 0.2
    noise_chance: float = 0.3
    #: standard deviation, relative to that of the picture
    noise: float = 0.2
    blur_chance: float = 0.2
    #: largest standard deviation in pixels
    blur_px: float = 1.2
    cutout_chance: float = 0.0
    #: largest side of the rectangle, as a share of the picture's; its mask becomes "ignore"
    cutout: float = 0.25
    #: instances of which less is left inside the picture are dropped
    keep_share: float = 0.3
    #: height and width of what comes out; None = as it goes in
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for name in (
            "flip_x",
            "flip_y",
            "affine",
            "noise_chance",
            "blur_chance",
            "cutout_chance",
            "cutout",
            "keep_share",
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise TrainingError(f"augment.{name} must lie in 0…1, not {getattr(self, name)}")
        for name in ("rotate_degrees", "shift", "brightness", "contrast", "gamma", "noise", "blur_px"):
            if getattr(self, name) < 0:
                raise TrainingError(f"augment.{name} must not be negative")
        if not 0 < self.scale[0] <= self.scale[1]:
            raise TrainingError(
                f"augment.scale must be two positive numbers, the smaller first, not {list(self.scale)}"
            )
