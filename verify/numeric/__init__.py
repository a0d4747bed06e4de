"""Rigorous numbers: enclosures, matrices of them, quadrature, exact tails, descents, validated flows, wide
networks.

The only package that imports Arb and FLINT. See docs/explanation/architecture.md.
"""

from verify.numeric.binomial import confidence_interval, deviation_tail, deviation_tail_enclosure
from verify.numeric.deep import (
    deep_arc_cosine,
    deep_arc_cosine_enclosure,
    deep_tangent_kernel,
    deep_tangent_kernel_enclosure,
)
from verify.numeric.descent import Descent, descend, linear_network_descent
from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, exact_fraction, precision
from verify.numeric.finite_width import (
    finite_width_gram,
    finite_width_gram_exact,
    one_sample_failure,
    width_sweep,
)
from verify.numeric.flow import (
    BlowUp,
    Flow,
    FlowFailure,
    FlowState,
    OutsideDomain,
    StepLimit,
    StepSizeFloor,
    integrate_flow,
    linear_network_trajectory,
)
from verify.numeric.matrices import (
    BallMatrix,
    RationalMatrix,
    is_positive_definite,
    is_psd,
    lambda_min_lower,
    ldl,
)
from verify.numeric.networks import (
    end_to_end,
    kernel_flow,
    linear_model_flow,
    linear_network_flow,
    linear_network_gradient,
    two_layer,
)
from verify.numeric.orthant import (
    orthant_probability,
    orthant_probability_cartesian,
    relu_product_mean,
    relu_product_mean_cartesian,
)
from verify.numeric.quadrature import entire, integrate, off_negative_axis
from verify.numeric.relu import AmbiguousEvent, Event, ReluFlow, Sliding, relu_flow
from verify.numeric.wide import (
    kappa_0,
    kappa_0_enclosure,
    kappa_1,
    kappa_1_enclosure,
    tangent_kernel,
    tangent_kernel_enclosure,
)

__all__ = [
    "AmbiguousEvent",
    "BallMatrix",
    "BlowUp",
    "Descent",
    "Enclosure",
    "Event",
    "Flow",
    "FlowFailure",
    "FlowState",
    "InvalidInput",
    "NotEvidence",
    "OutsideDomain",
    "RationalMatrix",
    "ReluFlow",
    "Sliding",
    "StepLimit",
    "StepSizeFloor",
    "confidence_interval",
    "deep_arc_cosine",
    "deep_arc_cosine_enclosure",
    "deep_tangent_kernel",
    "deep_tangent_kernel_enclosure",
    "descend",
    "deviation_tail",
    "deviation_tail_enclosure",
    "end_to_end",
    "entire",
    "exact_fraction",
    "finite_width_gram",
    "finite_width_gram_exact",
    "integrate",
    "integrate_flow",
    "is_positive_definite",
    "is_psd",
    "kappa_0",
    "kappa_0_enclosure",
    "kappa_1",
    "kappa_1_enclosure",
    "kernel_flow",
    "lambda_min_lower",
    "ldl",
    "linear_model_flow",
    "linear_network_descent",
    "linear_network_flow",
    "linear_network_gradient",
    "linear_network_trajectory",
    "off_negative_axis",
    "one_sample_failure",
    "orthant_probability",
    "orthant_probability_cartesian",
    "precision",
    "relu_flow",
    "relu_product_mean",
    "relu_product_mean_cartesian",
    "tangent_kernel",
    "tangent_kernel_enclosure",
    "two_layer",
    "width_sweep",
]
