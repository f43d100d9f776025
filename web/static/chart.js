// Charts by uPlot over those that the server drew: the same box and numbers, with a tool tip, and zoomed by dragging.
'use strict';

globalThis.charts = (() => {
	const drawn = new Set();

	// A custom property as a colour that a canvas knows.
	function color(name) {
		const probe = document.createElement('i');
		probe.style.color = `var(--${name})`;
		probe.style.forcedColorAdjust = 'none'; // a chart whose parts all look the same says nothing
		probe.hidden = true;
		document.body.append(probe);
		const value = getComputedStyle(probe).color;
		probe.remove();
		return value;
	}

	const iso = seconds => new Date(seconds * 1000).toISOString();

	function timeLabels(u, splits, axis, space, step) {
		let day = '';
		return splits.map(t => {
			const text = iso(t), date = text.slice(5, 10);
			if (step >= 86400) return date;
			const label = date === day ? text.slice(11, 16) : text.slice(11, 16) + '\n' + date;
			day = date;
			return label;
		});
	}

	// Dragging asks the server for that range: an address that can be sent on, and gone back from.
	function zoom(u) {
		if (u.select.width < 8) return;
		const ends = [u.select.left, u.select.left + u.select.width].map(x => Math.round(u.posToVal(x, 'x')));
		const url = new URL(location.href);
		url.searchParams.delete('range');
		url.searchParams.delete('page');
		url.searchParams.set('since', iso(ends[0]).slice(0, 19) + 'Z');
		url.searchParams.set('until', iso(ends[1]).slice(0, 19) + 'Z');
		location.assign(url);
	}

	function tooltip(lines) {
		const tip = document.createElement('div');
		tip.className = 'tip';
		tip.hidden = true;
		return {
			hooks: {
				init: u => u.over.append(tip),
				setCursor: u => {
					const { idx, left } = u.cursor;
					tip.hidden = idx == null || left < 0;
					if (tip.hidden) return;
					tip.textContent = lines(idx).join('\n');
					const right = left < u.over.clientWidth / 2;
					tip.style.left = right ? `${left + 14}px` : '';
					tip.style.right = right ? '' : `${u.over.clientWidth - left + 14}px`;
					tip.style.top = '4px';
				},
			},
		};
	}

	const axis = more => ({ stroke: color('muted'), font: '11px system-ui, sans-serif', grid: { stroke: color('line'), width: 1 },
		ticks: { stroke: color('line'), width: 1, size: 4 }, ...more });

	function options(size, series, more) {
		return {
			...size, series: [{}, ...series], legend: { show: false }, tzDate: t => uPlot.tzDate(new Date(t * 1000), 'UTC'),
			padding: [8, 8, 0, 0], cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
			hooks: { setSelect: [zoom] }, ...more,
		};
	}

	const bars = (align = 0) => uPlot.paths.bars({ size: [0.8, Infinity, 1], align });

	// What became of the recipients: {from, step, rejected, deferred, accepted, unseen}, stacked from the bottom up.
	function recipients(values, name) {
		const kinds = ['rejected', 'deferred', 'accepted', 'unseen'];
		const x = values.rejected.map((_, i) => values.from + i * values.step);
		const tops = kinds.map((_, k) => x.map((__, i) => kinds.slice(0, k + 1).reduce((sum, kind) => sum + values[kind][i], 0)));
		return {
			data: [x, ...tops.reverse()],
			make: size => options(size, [...kinds].reverse().map(kind => ({ fill: color(kind), stroke: color(kind), width: 0, paths: bars(1),
				points: { show: false } })), {
				scales: { x: { range: [values.from, values.from + x.length * values.step] },
					y: { range: (u, low, high) => [0, Math.max(4, high * 1.08)] } },
				axes: [axis({ values: timeLabels, size: 38 }), axis({ size: 52 })],
				plugins: [tooltip(i => [iso(x[i]).slice(0, 16).replace('T', ' '),
					...kinds.filter(kind => values[kind][i] > 0).map(kind => `${name(kind)}: ${values[kind][i].toLocaleString()}`)])],
			}),
		};
	}

	// Mails, and the highest score of one of them, by hours.
	function scores(hours, range) {
		const x = hours.map(hour => hour.time), words = document.body.dataset;
		return {
			data: [x, hours.map(hour => hour.mails), hours.map(hour => hour.score_max)],
			make: size => options(size, [
				{ fill: color('accepted'), stroke: color('accepted'), width: 0, paths: bars(1), points: { show: false } },
				{ stroke: color('rejected'), width: 2, scale: 'score', paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } },
			], {
				scales: { x: { range }, y: { range: (u, low, high) => [0, Math.max(4, high * 1.08)] },
					score: { range: (u, low, high) => [0, Math.max(10, high)] } },
				axes: [axis({ values: timeLabels, size: 38 }), axis({ size: 52 }),
					axis({ side: 1, scale: 'score', size: 34, grid: { show: false } })],
				plugins: [tooltip(i => [iso(x[i]).slice(0, 16).replace('T', ' '), `${words.mails}: ${hours[i].mails.toLocaleString()}`,
					`${words.score}: ${hours[i].score_max.toFixed(1)}`])],
			}),
		};
	}

	// Over the server's drawing, which keeps its place, and is what a screen reader and the keys see.
	function put(svg, chart) {
		const box = svg.parentElement, size = () => ({ width: svg.clientWidth, height: svg.clientHeight });
		let plot = null;
		const draw = () => {
			plot?.destroy();
			plot = new uPlot(chart.make(size()), chart.data, box);
			plot.root.setAttribute('aria-hidden', 'true');
			Object.assign(plot.root.style, { left: `${svg.offsetLeft ?? 0}px` });
		};
		box.classList.add('drawn');
		draw();
		const watch = new ResizeObserver(() => { if (svg.clientWidth !== plot.width) plot.setSize(size()); });
		watch.observe(svg);
		drawn.add({ draw, end: () => { watch.disconnect(); plot.destroy(); } });
	}

	function draw(root) {
		for (const box of root.querySelectorAll('[data-values]')) {
			const legend = box.nextElementSibling;
			const name = kind => legend?.querySelector(`.${kind}`)?.closest('li').textContent.trim() ?? kind;
			put(box.querySelector('svg'), recipients(JSON.parse(box.dataset.values), name));
		}
		for (const part of root.querySelectorAll('.plot[data-src]')) drawScores(part).catch(() => {});
	}

	async function drawScores(part) {
		const svg = part.querySelector(':scope > :last-child svg.chart');
		const answer = await fetch(part.dataset.src);
		const { hours, since, until } = await answer.json();
		if (svg?.isConnected && hours.length > 1) put(svg, scores(hours, [since, until]));
	}

	function forget() {
		drawn.forEach(chart => chart.end());
		drawn.clear();
	}

	new MutationObserver(() => drawn.forEach(chart => chart.draw()))
		.observe(document.documentElement, { attributeFilter: ['data-theme'] });
	for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'])
		matchMedia(query).addEventListener('change', () => drawn.forEach(chart => chart.draw()));
	return { draw, forget };
})();
