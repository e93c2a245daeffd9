"""The benchmark's problem in PyTorch on CUDA: nn.LSTM (cuDNN), eager and as a CUDA graph, TF32 off and on.

    python3 bench/torch.py FOLDER

FOLDER holds what bench/torch.ts wrote: problem.json, and problem.bin with all weights (float32, PyTorch's layout), then
ids and targets [T, B] (int32). Prints one JSON object, {device, rows}: the device in words, and a row for each form
(name and times, or name and error). One step is what every system does: one-hot ids, LSTM, linear, mean cross entropy,
clip by global norm, Adam; states start at zero, the batch is always the same.
"""
import gc
import json
import statistics
import sys
import time
from pathlib import Path

import torch


def read_problem(folder):
    """Sizes, and tensors by name, on the GPU."""
    about = json.loads((folder / "problem.json").read_text())
    data = bytearray((folder / "problem.bin").read_bytes())
    tensors, offset = {}, 0
    for name, shape, kind in about["tensors"]:
        dtype = torch.float32 if kind == "float32" else torch.int32
        count = 1
        for n in shape:
            count *= n
        tensors[name] = torch.frombuffer(data, dtype=dtype, count=count, offset=offset).reshape(shape).cuda()
        offset += 4 * count
    return about, tensors


class Training:
    """One run from the problem's weights; `step` makes an update and leaves the loss before it in `loss`."""

    def __init__(self, about, tensors):
        size, self.settings = about["size"], about["training"]
        self.lstm = torch.nn.LSTM(size["vocabulary"], size["hidden"], size["layers"]).cuda()
        self.linear = torch.nn.Linear(size["hidden"], size["vocabulary"]).cuda()
        with torch.no_grad():
            for name, parameter in self.lstm.named_parameters():
                if name.startswith("bias_hh"):  # the problem has one bias a layer
                    parameter.zero_()
                else:
                    parameter.copy_(tensors[name])
            self.linear.weight.copy_(tensors["weight"])
            self.linear.bias.copy_(tensors["bias"])
        self.lstm.flatten_parameters()
        own = [p for name, p in self.lstm.named_parameters() if not name.startswith("bias_hh")]
        self.parameters = own + list(self.linear.parameters())
        self.unused = [p for name, p in self.lstm.named_parameters() if name.startswith("bias_hh")]
        s = self.settings
        # One kernel for all parameters; capturable keeps the count of steps on the GPU, where a graph can change it.
        self.optimizer = torch.optim.Adam(
            self.parameters, lr=s["rate"], betas=(s["beta1"], s["beta2"]), eps=s["epsilon"],
            fused=True, capturable=True)
        self.input = torch.nn.functional.one_hot(tensors["ids"].long(), size["vocabulary"]).float()
        self.targets = tensors["targets"].long().reshape(-1)

    def forget_gradients(self):
        for parameter in self.parameters + self.unused:
            parameter.grad = None

    def update(self):
        output, _ = self.lstm(self.input)
        logits = self.linear(output).flatten(0, 1)
        self.loss = torch.nn.functional.cross_entropy(logits, self.targets)
        self.loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.settings["clipNorm"])
        self.optimizer.step()

    def step(self):
        self.forget_gradients()
        self.update()


def captured(training, warm_up):
    """The whole step as a CUDA graph, after `warm_up` steps on a side stream as PyTorch's notes on graphs ask."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(warm_up):
            training.step()
    torch.cuda.current_stream().wait_stream(side)
    training.forget_gradients()  # so that the graph writes gradients and does not add to them
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        training.update()
    return graph.replay


def name_of(graph, tf32):
    return "torch" + ("-graph" if graph else "") + ("-tf32" if tf32 else "")


def measure(about, tensors, graph, tf32):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32  # on by default
    torch.cuda.synchronize()
    losses, done = {}, 0

    def run(steps):
        """Milliseconds of a step, with one read of the loss at the end."""
        nonlocal done
        begun = time.perf_counter()
        for _ in range(steps):
            step()
        done += steps
        losses[done] = training.loss.item()  # waits for all of them
        return (time.perf_counter() - begun) * 1000 / steps

    begun = time.perf_counter()
    training = Training(about, tensors)
    step = training.step
    run(1)
    first_ms = (time.perf_counter() - begun) * 1000
    run(1)
    if graph:
        step = captured(training, warm_up=3)
        done += 3
    run(10)
    steps = max(1, min(1000, int(about["roundSeconds"] * 1000 / run(10))))
    natural = [run(steps) for _ in range(about["rounds"])]
    sync_steps = min(steps, 50)
    sync = [sum(run(1) for _ in range(sync_steps)) / sync_steps for _ in range(about["rounds"])]

    def spread(times):
        return (max(times) - min(times)) / statistics.median(times)

    return {
        "name": name_of(graph, tf32),
        "msPerStep": statistics.median(natural), "spread": spread(natural), "steps": steps * len(natural),
        "msPerStepSync": statistics.median(sync), "spreadSync": spread(sync), "stepsSync": sync_steps * len(sync),
        "firstStepMs": first_ms, "gpuBytes": torch.cuda.max_memory_allocated(), "losses": losses,
    }


def start():
    """One step of a tiny LSTM, so that no row alone pays for the start of CUDA, cuBLAS and cuDNN."""
    output, _ = torch.nn.LSTM(4, 4).cuda()(torch.zeros(2, 1, 4, device="cuda"))
    torch.nn.Linear(4, 1).cuda()(output).sum().backward()
    torch.cuda.synchronize()


def main():
    about, tensors = read_problem(Path(sys.argv[1]))
    start()
    rows = []
    for graph in (False, True):  # graphs last: a capture that fails may spoil what comes after it
        for tf32 in (False, True):
            gc.collect()  # the run before: its peak is not this one's
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            try:
                rows.append(measure(about, tensors, graph, tf32))
            except RuntimeError as error:
                rows.append({"name": name_of(graph, tf32), "error": str(error).splitlines()[0]})
    device = f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}"
    print(json.dumps({"device": device, "rows": rows}))


main()
