"""Which processor trains, and in which precision. Moves nothing itself."""

import torch


def choose_device() -> torch.device:
    """An NVIDIA GPU if there is one, else an Apple GPU, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_name(device: torch.device) -> str:
    """The device in words for the audience."""
    words = {"cpu": "CPU", "mps": "Apple GPU"}
    return torch.cuda.get_device_name(device) if device.type == "cuda" else words[device.type]


def has_bfloat16(device: torch.device) -> bool:
    """Whether the processor itself multiplies bfloat16; emulation would be slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # torch's public answer counts emulation in, so these ask for the instructions by name.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return device.type == "cpu" and bool(native)


def autocast(device: torch.device, wanted: bool = True) -> torch.autocast:
    """A context in which layers compute in bfloat16, if that is wanted and the device has it."""
    return torch.autocast(device.type, torch.bfloat16, enabled=wanted and has_bfloat16(device))
