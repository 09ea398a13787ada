/// The look of the page: light and dark, narrow and wide, on paper.
enum Stylesheet {
    static let text: Markup = "\(colors)\(layout)\(figures)\(media)"

    /// Text has a contrast of 4.5 : 1 at least with what it stands on, and each class of the heat map 3 : 1 with `--equal`.
    private static let colors: Markup = """
        :root{color-scheme:light dark;--ground:#fff;--raised:#f6f8fa;--line:#d5dbe1;--ink:#16202b;--quiet:#52606d;
        --link:#0b57b0;--good:#0a6b4a;--good-ground:#e3f4ec;--bad:#b3261e;--bad-ground:#fdecea;--here:#fff4ce;
        --equal:#edf1f4;--c1:#bd7a08;--c2:#b96118;--c3:#b4451f;--c4:#a5373b;--c5:#97264b;--c6:#7a2560;--c7:#5e1b72;--c8:#381350;--c9:#150a30;

        --s0:#0b57b0;--s1:#c2410c;--s2:#0a6b4a;--s3:#8b2fa8;--s4:#7a5b00;--s5:#a3165a;--mark:#16202b}
        @media screen and (prefers-color-scheme:dark){:root{--ground:#0f1419;--raised:#182028;--line:#33404d;--ink:#e6ebf0;
        --quiet:#a3b0bd;--link:#7db7ff;--good:#5fd3a2;--good-ground:#10291f;--bad:#ff9a8f;--bad-ground:#341a18;
        --here:#35301a;--equal:#1f2933;--c1:#8f68cc;--c2:#a566c0;--c3:#bb62b4;--c4:#d16ca0;--c5:#e8738a;--c6:#f28b74;--c7:#fba254;--c8:#ffcc88;--c9:#fff6b8;
        --s0:#7db7ff;--s1:#ff9d5c;--s2:#5fd3a2;--s3:#d79bf0;--s4:#e0c15a;--s5:#ff8fc0;--mark:#fff}}

        """

    private static let layout: Markup = """
        *{box-sizing:border-box}
        html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
        background:var(--ground);color:var(--ink);-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:72rem;padding:0 1.25rem 3rem;overflow-wrap:anywhere}
        a{color:var(--link)}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
        main:focus{outline:none}
        .skip{position:absolute;left:-999rem;background:var(--ground);padding:.5rem 1rem;z-index:2}
        .skip:focus{left:1rem;top:.5rem}
        .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .patterns{position:absolute}
        header{padding:2.5rem 0 1.25rem}
        .kicker{margin:0 0 .5rem;font-size:.8125rem;letter-spacing:.08em;text-transform:uppercase;color:var(--quiet)}
        h1{display:flex;gap:.875rem;align-items:center;margin:0;font-size:clamp(1.75rem,1.2rem + 2.6vw,2.75rem);
        line-height:1.15;letter-spacing:-.02em}
        .seal{flex:none;display:grid;place-items:center;width:1.35em;height:1.35em;border-radius:50%;font-weight:600;
        background:var(--good-ground);color:var(--good)}
        .several .seal{background:var(--bad-ground);color:var(--bad)}
        .lede{margin:.875rem 0 0;font-size:1.125rem;color:var(--quiet);max-width:46rem}
        nav{border-block:1px solid var(--line)}
        nav ul{display:flex;flex-wrap:wrap;gap:0 1.25rem;list-style:none;margin:0;padding:.375rem 0;font-size:.875rem}
        nav a{display:inline-block;padding:.375rem 0;text-decoration:none}
        nav a:hover{text-decoration:underline}
        section{padding-top:2.25rem}
        h2{margin:0 0 .875rem;font-size:1.375rem;line-height:1.3;letter-spacing:-.01em}
        h3{margin:1.75rem 0 .5rem;font-size:1rem}
        p{margin:.5rem 0}
        .note,caption,.unit{font-size:.875rem;color:var(--quiet)}
        .note{max-width:46rem}
        .quiet{color:var(--quiet);font-weight:400}
        code,.tree,.way,.map tbody th,.chips{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8125rem}
        .cards{list-style:none;margin:0;padding:0;display:grid;gap:.75rem}
        .card{display:flex;gap:1rem;padding:1rem;border:1px solid var(--line);border-left:4px solid var(--good);
        border-radius:8px;background:var(--raised)}
        .card.other{border-left-color:var(--bad)}
        .card h3{margin:0}.card>div{min-width:0}
        .card p{margin:.375rem 0 0;font-size:.875rem}
        .letter{display:grid;place-items:center;width:2rem;height:2rem;border-radius:6px;border:1px solid var(--line);
        background:var(--ground)}
        .card .digest{font-size:.9375rem}
        .chips{display:flex;flex-wrap:wrap;gap:.375rem;list-style:none;margin:.5rem 0 0;padding:0}
        .chips li{padding:.0625rem .5rem;border:1px solid var(--line);border-radius:99px;background:var(--ground)}
        .way{display:flex;flex-wrap:wrap;gap:.375rem .25rem;list-style:none;margin:.75rem 0;padding:0}
        .way li{display:flex;gap:.5rem;align-items:baseline;padding:.375rem .75rem;border:1px solid var(--line);
        border-radius:6px;background:var(--raised);font-size:.9375rem}
        .way .quiet{flex:none}
        .way li+li::before{content:"›" / "";color:var(--quiet)}
        .way li:last-child{background:var(--here);font-weight:600}
        .facts{margin:0;display:grid;gap:.5rem}
        .facts div{display:grid;grid-template-columns:8.5rem 1fr;gap:.125rem 1rem}
        .facts dt{color:var(--quiet);font-size:.875rem}.facts dd{margin:0;font-size:.9375rem;min-width:0}
        table{border-collapse:collapse;font-size:.875rem}
        caption{text-align:left;padding-bottom:.5rem}
        th,td{text-align:left;padding:.3125rem .75rem .3125rem 0;vertical-align:top;border-bottom:1px solid var(--line)}
        th{font-weight:600}.number{text-align:right;font-variant-numeric:tabular-nums}
        .scroll{position:relative;overflow-x:auto;margin:1rem 0}
        .scroll table{min-width:100%}
        .scroll td,.scroll th{min-width:6rem;overflow-wrap:normal}
        .scroll .confusion td,.scroll .confusion th{min-width:3rem}
        .hit{background:var(--good-ground);font-weight:600}.miss{background:var(--bad-ground)}
        .confusion td,.confusion th{padding-left:.75rem}
        .quote{min-width:12rem;max-width:36rem;overflow:hidden;overflow-wrap:anywhere;line-height:1.7}
        .scroll tr.differs{background:var(--here)}
        .scroll tr.differs th:first-child{box-shadow:inset 3px 0 var(--bad);padding-left:.75rem}
        .scroll td.other{font-weight:600}.scroll .sign{text-align:right;min-width:5.5rem}
        .agrees{color:var(--good);white-space:nowrap}.differ{color:var(--bad);font-weight:600;white-space:nowrap}
        pre{overflow-x:auto;margin:.5rem 0;padding:.75rem 1rem;border:1px solid var(--line);border-radius:6px;
        background:var(--raised)}
        summary{cursor:pointer;padding:.125rem 0}
        details details>summary,.tree summary{padding:.125rem 0}
        .first{display:inline-block;margin-left:.5rem;padding:0 .5rem;border-radius:99px;background:var(--bad);color:var(--ground);
        font:600 .6875rem/1.5 system-ui,sans-serif;white-space:nowrap}
        p code,dd code:not(.digest){white-space:nowrap}.equals code,.lede code,.facts code.path{white-space:normal}sup{line-height:0;font-size:max(.75em,11px)}
        .tree,.tree ul{list-style:none;margin:0;padding:0}
        .tree ul{padding-left:1.125rem;border-left:1px solid var(--line);margin-left:.3125rem}
        .tree li{padding:.0625rem 0}
        .tree ul ul li,.more{padding-left:1rem}
        .tree .here{background:var(--here)}
        .tree code{color:var(--quiet)}.tree .name{display:inline-block;min-width:11.5rem}.tree .tensor{min-width:24rem}
        .mark{display:inline-block;width:1.25rem;text-align:center;font-weight:600}
        footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.8125rem;color:var(--quiet)}

        """

    private static let figures: Markup = """
        .plots{display:grid;align-items:end;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1.5rem 2rem}
        .plot{margin:0}.plot figcaption{font-weight:600;font-size:.9375rem}
        .unit{margin:0}.unit.step{text-align:center}
        .area{position:relative;margin:.75rem .75rem 1.5rem 3.25rem;height:13rem}
        .area svg{display:block;width:100%;height:100%;overflow:visible}
        .y span,.x span,.ticks span{position:absolute;font-size:.75rem;line-height:1;color:var(--quiet);
        font-variant-numeric:tabular-nums;white-space:nowrap}
        .y span{right:calc(100% + .5rem);transform:translateY(50%)}
        .x span{top:calc(100% + .5rem);transform:translateX(-50%)}
        .area path,.key path{fill:none;vector-effect:non-scaling-stroke}
        .grid{stroke:var(--line);stroke-width:1}.epoch{stroke:var(--line);stroke-width:1;stroke-dasharray:2 3}
        .line{stroke-width:2;stroke-linejoin:round}.dots{stroke-width:4;stroke-linecap:round}
        .s0{stroke:var(--s0)}.s1{stroke:var(--s1)}.s2{stroke:var(--s2)}.s3{stroke:var(--s3)}.s4{stroke:var(--s4)}
        .s5{stroke:var(--s5)}
        .line.s0{stroke-width:1.5}.line.s1{stroke-width:4;stroke-opacity:.75}.line.s2{stroke-dasharray:6 4}
        .line.s3{stroke-dasharray:2 3}.line.s4{stroke-dasharray:10 3 2 3}.line.s5{stroke-width:3;stroke-dasharray:3 6}
        .keys,.legend ul{list-style:none;margin:.5rem 0 1rem;padding:0;display:flex;flex-wrap:wrap;gap:.375rem 1.25rem;
        font-size:.875rem}
        .keys li,.legend li{display:flex;align-items:center;gap:.5rem}
        .key{width:2rem;height:.75rem;flex:none}
        .legend{margin:1rem 0}.legend p{font-size:.875rem}
        .swatch{width:1.75rem;height:1rem;flex:none;border:1px solid var(--line)}
        .legend .scale{gap:0;flex-wrap:nowrap}
        .legend .scale li{flex-direction:column;align-items:stretch;gap:.25rem;font-size:.75rem;flex:0 1 5.5rem;min-width:0}
        .scale .swatch{width:100%;border:0}
        .map{width:100%;margin:1rem 0 .5rem;table-layout:fixed}
        .map th,.map td{padding:0 .75rem 0 0;border:0;height:1.375rem;vertical-align:middle;line-height:1.2}
        .map thead th{vertical-align:bottom;padding-bottom:.25rem;font-size:.75rem;color:var(--quiet)}
        .map th:first-child{width:18.5rem}.map tbody th{font-weight:400}
        .map th:nth-child(3){width:7rem}.map th:nth-child(4){width:6.5rem}.map th:nth-child(5){width:7rem}
        .map td{font-size:.8125rem;font-variant-numeric:tabular-nums;white-space:nowrap}
        .map td.cells,.map th.axis{padding-right:1rem}
        .map tr.here th{font-weight:700}.map tr.here{background:var(--here)}.map tr.here th::before{content:"▸ " / ""}
        .axis{position:relative}.ticks{position:relative;display:block;height:1rem}
        .ticks span{bottom:0;overflow:hidden;border-left:1px solid var(--quiet);padding-left:.1875rem;font-weight:400}
        .equals{margin-bottom:1.75rem}
        .strip{display:block;width:100%;height:1.125rem;overflow:visible}
        .strip rect,.swatch rect{shape-rendering:crispEdges}
        .strip .mark{fill:none;stroke:var(--mark);stroke-width:3}
        .equal{fill:var(--equal)}.unsized{fill:url(#hatch)}.unkept{fill:url(#points)}.absent{fill:none}.same{fill:var(--good)}
        .c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}
        .c7{fill:var(--c7)}.c8{fill:var(--c8)}.c9{fill:var(--c9)}
        .bar{fill:var(--c1)}
        .hatch-ground,.points-ground{fill:var(--ground)}.hatch-line{fill:var(--c1)}.points-point{fill:var(--quiet)}

        """

    private static let media: Markup = """
        @media screen and (max-width:52rem){
        .map,.map tbody,.map tr,.map th,.map td,.map caption,.map thead{display:block}
        .map tbody tr{display:flex;flex-wrap:wrap;gap:0 .875rem;padding:.375rem 0;border-bottom:1px solid var(--line)}
        .map tbody th,.map tbody td.cells{flex:1 0 100%;width:auto}
        .map th,.map td{height:auto;padding:.125rem 0}
        .map td.cells,.map th.axis{padding-right:0}
        .map td[data-label]::before{content:attr(data-label) " ";color:var(--quiet)}
        .map td{font-size:.75rem;white-space:nowrap}
        .map thead th:not(.axis){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        }
        @media (max-width:52rem){.tree .tensor,.tree .name{display:inline}.tree ul{padding-left:.625rem}.tree ul ul li{padding-left:0}}
        @media (max-width:34rem){body{padding-inline:1rem}.facts div{grid-template-columns:1fr}.card{gap:.75rem;padding:.75rem}
        header{padding-top:1.5rem}.area{margin-left:2.75rem}}
        @media (forced-colors:active){.strip,.swatch,.area svg,.key{forced-color-adjust:none}}
        @media print{:root{color-scheme:light;--raised:#fff}html{font-size:12px}body{max-width:none;padding:0}nav,.skip{display:none}
        figure,.card,tr,.facts div{break-inside:avoid}h2,h3,caption{break-after:avoid}.scroll,pre{overflow:visible;white-space:pre-wrap}
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
        details:not([open])>summary::after{content:" (folded)"}}

        """
}
