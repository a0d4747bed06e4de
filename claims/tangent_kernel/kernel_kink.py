"""The tangent kernel has a kink where inputs are parallel or antipodal, and is smooth elsewhere."""

from verify.statement import *

rho, tau = real("rho"), real("tau", positive=True)
alpha, beta = acos(rho), acos(rho * cos(tau))  # angles to an input, and to it after a turn by tau out of the space
parallel = indicator(rho**2 >= 1)
bound = tau**2 / (1 - rho**2) / 2  # 0 for rho = 1 and rho = -1, since 1/0 = 0
change = rho * (beta - alpha)

kink = lemma(
    low=rho >= -1, high=rho <= 1, short=tau <= pi / 2, then=absolute(change - parallel * tau) <= bound
)


def sin(u):
    return cos(u - pi / 2)


with proof(kink) as p:
    # angles A, B in [0, pi / 2] with cosines |rho| and |rho| cos tau: the change is |rho| (B - A)
    half = pi / 2
    side = indicator(rho >= 0)
    e, turned, v = 2 * side - 1, cos(tau), 1 - rho**2
    s = e * rho
    p.have(turned >= 0, by.algebra(by.sign(cos(tau))))
    less = p.have(1 - turned >= 0, by.algebra(by.times(2, by.square(sin(tau / 2)))))
    up, down = p.have(1 - rho >= 0, by.algebra(p.high)), p.have(1 + rho >= 0, by.algebra(p.low))
    p.have(v >= 0, by.algebra(by.times(up, down)))
    p.have(s >= 0, by.algebra(by.reaches(rho), by.below(rho)))
    most = p.have(1 - s >= 0, by.algebra(by.times(side, up), by.times(1 - side, down)))
    p.have(rho * turned <= 1, by.algebra(by.times(up, turned), less))
    p.have(rho * turned >= -1, by.algebra(by.times(down, turned), less))
    images = []
    for angle_, cosine in ((alpha, rho), (beta, rho * turned)):
        image = half + e * (angle_ - half)  # the angle to the nearer of the input and its negative
        low = p.have(angle_ >= 0, by.lemma("base:arccos", x=cosine))
        high = p.have(pi - angle_ >= 0, by.lemma("base:arccos", x=cosine))
        equal = p.have(cos(angle_) == cosine, by.lemma("base:arccos", x=cosine))
        above_ = p.have(image >= 0, by.algebra(by.times(side, low), by.times(1 - side, high)))
        p.have(image <= pi, by.algebra(by.times(side, high), by.times(1 - side, low)))
        here, value = by.scaled(2 * (angle_ - half), by.decided(rho)), by.scaled(2 * cosine, by.decided(rho))
        its = p.have(
            cos(image) == e * cosine,
            by.cases(
                rho,
                at_least_zero=(by.same("cos", here, image, angle_), equal, value),
                negative=(by.same("cos", here, image, pi - angle_), equal, value),
            ),
        )
        images.append((image, above_, its))
    (A, above_A, cos_A), (B, _, cos_B) = images
    p.have(cos(A) >= cos(B), by.algebra(cos_A, cos_B, by.times(s, less)))
    p.have(half >= 0, by.algebra(by.times(half, 1)))
    p.have(half <= pi, by.algebra(by.times(half, 1)))
    p.have(tau >= 0, by.algebra(p.hypothesis("tau.positive")))
    p.have(tau <= pi, by.algebra(p.short, by.times(half, 1)))
    p.have(cos(B) >= cos(half), by.algebra(cos_B, by.times(s, turned)))
    p.have(cos(tau) >= cos(B), by.algebra(cos_B, by.times(turned, most)))
    p.have(A <= B, by.lemma("cosine.order", a=A, b=B))
    wider = p.have(B - A >= 0, by.lemma("cosine.order", a=A, b=B))
    quarter = p.have(B <= half, by.lemma("cosine.order", a=B, b=half))
    p.have(A <= half, by.algebra(wider, quarter))
    later = p.have(tau <= B, by.lemma("cosine.order", a=tau, b=B))
    from_A = p.have(sin(A) * (B - A) <= cos(A) - cos(B), by.lemma("cosine.arc", a=A, b=B))
    from_tau = p.have(sin(tau) * (B - tau) <= cos(tau) - cos(B), by.lemma("cosine.arc", a=tau, b=B))
    flat = p.have(1 - turned <= tau**2 / 2, by.lemma("cosine.flat", a=tau))
    steep = p.have(A <= 2 * sin(A), by.lemma("cosine.steep", a=A))
    p.have(sin(A) >= 0, by.algebra(by.sign(sin(A))))
    p.have(sin(tau) > 0, by.algebra(by.sign(sin(tau), strict=1)))
    small = p.have(1 - sin(A) >= 0, by.algebra(by.times(2, by.square(sin((A - half) / 2)))))
    square = p.have(sin(A) ** 2 == v, by.algebra(by.power(cos_A, 2)))
    sine = p.have(
        v * (B - A) <= 1 - turned,
        by.algebra(
            by.times(less, most),
            by.times(less, s, small),
            by.times(sin(A), from_A),
            by.scaled(sin(A), cos_A),
            by.scaled(sin(A), cos_B),
            by.scaled(B - A, square),
        ),
    )
    gap = p.have(1 - s <= v, by.algebra(by.times(s, most)))
    room = p.have(bound >= 0, by.positive())
    no_square = p.have(
        parallel * A**2 <= 0,
        by.algebra(
            by.times(parallel, steep, 2 * sin(A) + A),
            by.scaled(4 * parallel, square),
            by.times(4, by.reaches(rho**2 - 1)),
        ),
    )
    tiny = p.have(
        parallel * A <= 0,
        by.cases(
            -A,
            at_least_zero=by.times(parallel, CASE),
            negative=(by.times(1 / A, no_square), by.scaled(parallel * A, by.inverse(A))),
        ),
    )
    at, off = by.scaled(tau, by.decided(rho**2 - 1)), by.times(most, wider)
    p.conclude(
        by.cases(
            rho**2 - 1,
            at_least_zero=(
                at,
                by.times(1 / sin(tau), from_tau),
                by.scaled(1 / sin(tau), cos_B),
                by.times(1 / sin(tau), turned, gap),
                by.times(1 / sin(tau), turned, CASE),
                by.scaled(B - tau, by.inverse(sin(tau))),
                off,
                above_A,
                room,
            ),
            negative=(at, off, by.times(1 / v, sine), by.times(1 / v, flat), by.scaled(B - A, by.inverse(v))),
        ),
        by.cases(
            rho**2 - 1,
            at_least_zero=(
                at,
                by.scaled(A, by.decided(rho**2 - 1)),
                later,
                tiny,
                by.times(wider, gap),
                by.times(wider, CASE),
                room,
            ),
            negative=(at, by.times(s, wider), room),
        ),
    )

nonclaim("The constant of the bound is not the best.")
