"""Which nodes of a graph are sensitive to low precision."""

from __future__ import annotations

from collections.abc import Iterable

import onnx

#: between a softmax and the product whose result it normalises
_PASSED_FROM_SOFTMAX = frozenset({"Add", "Mul", "Div", "Transpose", "Concat", "Reshape", "Cast"})
#: convs with fewer outputs gain nothing from int8, and they are logits or spatial attention
FEW_CHANNELS = 8


class GraphWalk:
    """Look-ups in a graph whose nodes have names."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.nodes = list(model.graph.node)
        self.producers = {output: node for node in self.nodes for output in node.output}
        self.inputs = {value.name for value in model.graph.input}
        self.outputs = {value.name for value in model.graph.output}
        self.shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}

    def attention_logits(self) -> set[str]:
        """Names of products that feed a softmax, with all between; their sums overflow in half precision."""
        found: set[str] = set()
        pending = [name for node in self.nodes if node.op_type == "Softmax" for name in node.input]
        while pending:
            node = self.producers.get(pending.pop())
            if node is None or node.name in found:
                continue
            if node.op_type == "MatMul":
                found.add(node.name)
            elif node.op_type in _PASSED_FROM_SOFTMAX:
                found.add(node.name)
                pending += node.input
        return found

    def tail(self) -> set[str]:
        """Names of all nodes behind the last convs: decoding of boxes, selection, probabilities."""
        found: set[str] = set()
        pending = list(self.outputs)
        while pending:
            node = self.producers.get(pending.pop())
            if node is None or node.name in found or node.op_type == "Conv":
                continue
            found.add(node.name)
            pending += node.input
        return found

    def head(self) -> set[str]:
        """Names of all nodes before the first convs: normalisation."""
        return self._before_convs()[0]

    def first_convs(self) -> set[str]:
        """Names of the convs that see the picture before any other conv."""
        return self._before_convs()[1]

    def _before_convs(self) -> tuple[set[str], set[str]]:
        """Nodes that the picture reaches without passing a conv, and the convs it then meets."""
        reached = set(self.inputs)
        head: set[str] = set()
        convs: set[str] = set()
        for node in self.nodes:
            if not reached.intersection(node.input):
                continue
            if node.op_type == "Conv":
                convs.add(node.name)
            else:
                head.add(node.name)
                reached.update(node.output)
        return head, convs

    def last_convs(self) -> set[str]:
        """Names of the convs that no other conv follows."""
        tail = self.tail()
        last = {name for node in self.nodes if node.name in tail for name in node.input} | self.outputs
        return {node.name for node in self.nodes if node.op_type == "Conv" and last.intersection(node.output)}

    def narrow_convs(self) -> set[str]:
        """Names of the convs with few output channels."""
        return {
            node.name
            for node in self.nodes
            if node.op_type == "Conv" and self.shapes.get(node.input[1], (FEW_CHANNELS,))[0] < FEW_CHANNELS
        }

    def products_of_activations(self) -> set[str]:
        """Names of the MatMul nodes without constant weights: attention."""
        return {
            node.name
            for node in self.nodes
            if node.op_type == "MatMul" and not any(name in self.shapes for name in node.input)
        }

    def of_types(self, types: Iterable[str]) -> set[str]:
        """Names of the nodes of these operators."""
        wanted = set(types)
        return {node.name for node in self.nodes if node.op_type in wanted}
