"""What reaches a school from others: contact, legitimating peers, usable experience (E7–E9).

Sums over ties run in integers (fixed point), so the order of peers, pulling or pushing, cannot change a bit.
"""

import math
from typing import NamedTuple

from simdiff.model.compile import kernel, rule
from simdiff.model.rules.common import rows, rules_school
from simdiff.model.rules.district import transfer_between
from simdiff.model.state import CONVENED, NEAR, PARTNERED, POINT, USABLE, Records


class Net(NamedTuple):
    """What exposure reads of others: ties, and what can be seen of peers and their districts."""

    tie_from: Records
    tie: Records
    match: Records
    seen: Records
    site: Records
    district: Records
    lever: Records
    setting: Records


@rule
def net_of(sim):
    """The part of ``sim`` that exposure reads."""
    return Net(sim.tie_from, sim.tie, sim.match, sim.seen, sim.site, sim.district, sim.acting, sim.setting)


@rule
def convened(me):
    """κ_N x_N0: contact that the convened network adds to a school (0 if it has nobody to meet)."""
    return me.par.convened_weight * me.lever.convene if me.site.convened == 1 else 0.0


@rule
def partnered(me):
    """κ_X x_N3: contact that the outside partner adds to a school."""
    return me.par.partner_weight * me.partner if me.site.partnered == 1 else 0.0


@rule
def full_contact(me):
    """Contact of a school with all its peers, active or not."""
    return me.site.ties + convened(me) + partnered(me)


@kernel
def active_weight(net, p, first, last):
    """Summed weight of the ties from ``first`` to ``last`` (exclusive) to active peers."""
    total = 0
    for e in rows(first, last):
        total += net.tie[e].weight * net.seen[net.tie[e].peer, p].active
    return total / POINT


@kernel
def contact(net, me, i, p):
    """E7, E10: Σ_j W_ij A_jp, contact of school i with active schools. Added networks add contact."""
    total = active_weight(net, p, net.tie_from[i, 0], net.tie_from[i, 1])
    added, across = convened(me), partnered(me)
    if added > 0.0:
        total += added * active_weight(net, p, net.tie_from[i, 1], net.tie_from[i, 2])
    if across > 0.0:
        total += across * active_weight(net, p, net.tie_from[i, 2], net.tie_from[i, 3])
    return total


@rule
def peer_share(net, me, i, p):
    """Σ_j W̃_ij A_jp: share of contact that is with active schools (threshold form of E11); 0 without ties."""
    total = full_contact(me)
    return 0.0 if total == 0.0 else contact(net, me, i, p) / total


@rule
def context_match(par, school, peer):
    """E8: Sx = exp(−‖c_i − c_j‖² / 2ℓ²), how far experience transfers between two schools' contexts."""
    across = float(school.context_1) - float(peer.context_1)
    along = float(school.context_2) - float(peer.context_2)
    return math.exp(-0.5 * (across * across + along * along) / (par.transfer_length * par.transfer_length))


@kernel
def match_ties(sim, i):
    """E8: W Sx of each tie of school i, in fixed point. Contexts are drawn once a replicate, so it never changes."""
    for e in rows(sim.tie_from[i, 0], sim.tie_from[i, 3]):
        tie = sim.tie[e]
        sim.match[e] = int(tie.weight * context_match(sim.par[0], sim.school[i], sim.school[tie.peer]) + 0.5)


@rule
def regime_match(net, me, peer, p):
    """E8: Sr, how far experience made under the peer's actual rules transfers."""
    par, other = me.par, net.district[net.site[peer].district]
    theirs = net.seen[peer, p].inside
    if net.site[peer].district == me.site.district and theirs == me.school.site:
        return 1.0
    there = rules_school(par, net.lever[other.group, me.t], net.setting[other.group], theirs)
    gap = rules_school(par, me.lever, me.setting, me.school.site) - there
    return math.exp(-gap * gap / (2.0 * par.regime_length * par.regime_length))


@rule
def pair_match(net, me, peer, p):
    """T̄ relative to the district's own, times Sr: what else separates a school from this peer."""
    match = 1.0
    if net.site[peer].district != me.site.district:
        there = net.district[net.site[peer].district]
        match = transfer_between(me.par, me.district.clarity, there.clarity) / me.district.transfer
    if me.par.with_regime == 1:
        match *= regime_match(net, me, peer, p)
    return match


@rule
def layer_experience(net, me, p, first, last, alike):
    """Integer sums over the ties from ``first`` to ``last`` (exclusive) of T A and T (K/n) φ, both without the
    district's own T̄. ``alike``: no peer is in another district or under other rules."""
    legitimate = 0
    usable = 0
    for e in rows(first, last):
        peer = net.tie[e].peer
        seen = net.seen[peer, p]
        weight = int(net.match[e])
        if not alike and (seen.active == 1 or seen.usable > 0):
            weight = int(weight * pair_match(net, me, peer, p))
        legitimate += weight * int(seen.active)
        usable += weight * int(seen.usable)
    return legitimate / POINT, usable / (POINT * USABLE)


@rule
def layer_weight(me, layer):
    """What contact in a layer of ties counts: near ties in full, the convened and the partner's as levers say."""
    if layer == NEAR:
        return 1.0
    return convened(me) if layer == CONVENED else partnered(me)


@rule
def experience(net, me, i, p):
    """E8: (ρ, X), the share of peers with transferable success and the usable peer experience (0–1 each)."""
    total = full_contact(me)
    if total == 0.0:
        return 0.0, 0.0
    legitimate = 0.0
    usable = 0.0
    for layer in range(3):
        weight = layer_weight(me, layer)
        if weight > 0.0:
            alike = layer != PARTNERED and me.par.with_regime == 0
            more, better = layer_experience(net, me, p, net.tie_from[i, layer], net.tie_from[i, layer + 1], alike)
            legitimate += weight * more
            usable += weight * better
    transfer = me.district.transfer
    return transfer * legitimate / total, transfer * usable / total


@rule
def codified(me, stock, partner_stock):
    """E9: Ẽ = T̄ E + x_N3 member T̄_x EX, usable codified knowledge, school-years. Partners' versions are clear."""
    known = me.district.transfer * stock
    if me.par.with_partner_stock == 1 and me.partner > 0.0:
        known += me.partner * transfer_between(me.par, me.district.clarity, 1.0) * partner_stock
    return known


@rule
def knowledge_here(sim, me, p):
    """E9: Ẽ of practice p in the school that ``me`` is."""
    partner = me.site.partner
    theirs = sim.partner_stock[partner, p] if partner >= 0 else 0.0
    return codified(me, sim.knowledge[me.site.district, p].stock, theirs)
