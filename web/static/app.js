// What the report does besides, in browsers that run scripts: keys, completion, copying, updates, charts.  Every page works
// without it.  Words come from the server, in its language, in data- attributes.
'use strict';

const words = document.body.dataset;
const pick = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

document.documentElement.classList.add('scripts');

// ---- commands to copy ----

async function copy(button, block) {
	try {
		await navigator.clipboard.writeText(block.innerText);
		button.textContent = words.copied;
	} catch {
		getSelection().selectAllChildren(block); // not allowed (plain HTTP): it is ready for Ctrl-C
		button.textContent = words.select;
	}
}

function addCopyButtons(root) {
	for (const block of all('pre.command', root)) {
		const button = document.createElement('button');
		button.type = 'button';
		button.className = 'copy';
		button.textContent = words.copy;
		button.addEventListener('click', () => copy(button, block));
		block.after(button);
	}
}

// ---- menus ----

function closeMenus(except) {
	for (const menu of all('details.menu[open]')) {
		if (menu === except || menu.contains(except)) continue;
		const inside = menu.contains(document.activeElement);
		menu.open = false;
		if (inside) pick('summary', menu).focus();
	}
}

document.addEventListener('click', event => closeMenus(event.target));

// ---- filter box, range of time ----

// The datalist holds keys and values for one word; a browser would hold all that was typed against them.
function completeFilter() {
	const field = pick('#filter'), list = pick('#filter-words');
	if (!field || !list) return;
	const known = all('option', list).map(option => option.value);
	field.addEventListener('input', () => {
		const start = field.value.match(/^(?:[^\s"]|"[^"]*"|\s)*(?:\s|^)/)?.[0] ?? '';
		const word = field.value.slice(start.length).toLowerCase();
		const fits = known.filter(value => value.toLowerCase().startsWith(word) && value.toLowerCase() !== word);
		list.replaceChildren(...fits.slice(0, 40).map(value => {
			const option = document.createElement('option');
			option.value = start + value;
			return option;
		}));
	});
}

// A choice and its two ends say the same thing: the later one counts.
function joinRange() {
	const form = pick('form.range');
	if (!form) return;
	const ends = all('input[type=text]', form), choice = pick('select', form);
	choice.addEventListener('change', () => ends.forEach(end => { end.value = ''; }));
	ends.forEach(end => end.addEventListener('input', () => { choice.value = ''; }));
	form.addEventListener('submit', () => {
		for (const field of [choice, ...ends]) field.disabled = field.value === '';
		setTimeout(() => [choice, ...ends].forEach(field => { field.disabled = false; }));
	});
}

// ---- keys ----

const rows = () => all('main tbody tr').filter(row => row.offsetParent && pick('a[href]', row));

function moveRow(by) {
	const list = rows(), now = list.findIndex(row => row.classList.contains('here'));
	const next = list[Math.min(list.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
	if (!next) return;
	list[now]?.classList.remove('here');
	next.classList.add('here');
	pick('a[href]', next).focus({ preventScroll: true });
	next.scrollIntoView({ block: 'nearest' });
}

function isField(element) {
	return element.isContentEditable || /^(input|select|textarea)$/i.test(element.tagName);
}

let afterG = 0; // until when a letter names a page

function goTo(letter) {
	const link = all('nav.pages a[data-key]').find(a => a.dataset.key === letter);
	if (link) location.assign(link.href);
	return Boolean(link);
}

const keys = {
	'?': () => pick('#keys').showModal(),
	'/': () => pick('#filter')?.focus(),
	q: () => pick('#filter')?.focus(),
	t: () => pick('#range')?.focus(),
	j: () => moveRow(1),
	k: () => moveRow(-1),
	g: () => { afterG = performance.now() + 2000; },
	p: () => pick('.live.on button')?.click(),
};

document.addEventListener('keydown', event => {
	if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
	if (event.key === 'Escape') {
		closeMenus(null);
		if (isField(document.activeElement)) document.activeElement.blur();
		all('tr.here').forEach(row => row.classList.remove('here'));
		return;
	}
	if (isField(event.target) || pick('dialog[open]')) return;
	const isPage = performance.now() < afterG && goTo(event.key);
	if (!isPage && !keys[event.key]) return;
	if (!isPage) {
		if (event.key !== 'g') afterG = 0;
		keys[event.key]();
	}
	event.preventDefault();
});

// The letters of pages are those of the links that are there.
function listKeys() {
	const list = pick('#keys dl');
	for (const link of all('nav.pages a[data-key]')) {
		const row = document.createElement('div'), term = document.createElement('dt');
		const key = document.createElement('kbd'), what = document.createElement('dd');
		key.textContent = 'g ' + link.dataset.key;
		what.textContent = link.textContent;
		term.append(key);
		row.append(term, what);
		list.append(row);
	}
	pick('#show-keys').addEventListener('click', keys['?']);
}

// ---- charts ----

function load(src) {
	return new Promise((done, failed) => {
		const script = document.createElement('script');
		script.src = src;
		script.addEventListener('load', done);
		script.addEventListener('error', failed);
		document.head.append(script);
	});
}

async function drawCharts() {
	if (!pick('[data-values], .plot[data-src]')) return;
	if (!globalThis.uPlot) await load(words.uplot);
	if (!globalThis.charts) await load(words.chart);
	globalThis.charts.draw(pick('main'));
}

// ---- updates ----

const EVERY_MS = 5000; // at most so often
const STAY_MS = 3000; // who only passes through opens no connection that the server must hold
let made = performance.now(), paused = false, source = null, waiting = 0, opening = 0;

// Whether somebody does something that a new page would disturb.
function isBusy() {
	const fields = all('main input:not([type=hidden]), main textarea, main select');
	const changed = fields.some(field => field.options
		? [...field.options].some(o => o.selected !== o.defaultSelected) && ![...field.options].every(o => !o.defaultSelected)
		: field.value !== field.defaultValue || field.checked !== field.defaultChecked);
	const active = document.activeElement;
	return changed || pick('dialog[open]') || !getSelection().isCollapsed || (isField(active) && pick('main').contains(active));
}

// What is open, scrolled and focused, by the place that it has among its like.
function remember(main) {
	const places = ['details', '.scroll', 'a[href], button, summary, [tabindex]'].map(selector => all(selector, main));
	const focused = places[2].indexOf(document.activeElement), row = all('tbody tr', main).findIndex(r => r.matches('.here'));
	const href = focused >= 0 ? document.activeElement.getAttribute('href') : null;
	const open = places[0].map(d => d.open), scrolled = places[1].map(s => [s.scrollLeft, s.scrollTop]);
	return () => {
		all('details', main).forEach((d, i) => { if (i in open) d.open = open[i]; });
		all('.scroll', main).forEach((s, i) => { if (i in scrolled) [s.scrollLeft, s.scrollTop] = scrolled[i]; });
		all('tbody tr', main)[row]?.classList.add('here');
		if (focused < 0) return;
		const now = all('a[href], button, summary, [tabindex]', main);
		const same = href ? now.find(e => e.getAttribute('href') === href) : null;
		(same ?? now[focused])?.focus({ preventScroll: true });
	};
}

async function refresh() {
	waiting = 0;
	if (paused || document.hidden) return;
	if (isBusy()) return later();
	const answer = await fetch(location.href, { headers: { accept: 'text/html' }, redirect: 'error' }).catch(() => null);
	if (!answer?.ok || isBusy() || paused) return;
	const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
	const fresh = pick('main', page), main = pick('main');
	if (!fresh) return;
	const restore = remember(main), at = [scrollX, scrollY];
	globalThis.charts?.forget();
	main.replaceChildren(...fresh.childNodes);
	addCopyButtons(main);
	restore();
	scrollTo(...at);
	made = performance.now();
	drawCharts().catch(() => {});
}

function later() {
	if (!waiting) waiting = setTimeout(refresh, Math.max(500, made + EVERY_MS - performance.now()));
}

function stop() {
	clearTimeout(opening);
	source?.close();
	source = null;
}

function listen() {
	stop();
	if (!paused && !document.hidden) opening = setTimeout(connect, STAY_MS);
}

function connect() {
	source = new EventSource('/api/1/live');
	source.addEventListener('changed', later);
	// A server without events, or one that went away for good: nothing is updated, the count goes on.
	source.addEventListener('error', () => { if (source?.readyState === EventSource.CLOSED) source = null; });
}

function live() {
	const mark = pick('.live');
	if (!mark) return;
	const [text, button] = [pick('span', mark), pick('button', mark)];
	const tell = () => { text.textContent = mark.dataset.updated.replace('%s', Math.round((performance.now() - made) / 1000)); };
	tell();
	mark.classList.add('on');
	setInterval(tell, 1000);
	button.addEventListener('click', () => {
		paused = !paused;
		button.textContent = paused ? mark.dataset.resume : mark.dataset.pause;
		button.setAttribute('aria-pressed', paused);
		listen();
		if (!paused) later();
	});
	document.addEventListener('visibilitychange', listen);
	addEventListener('pagehide', stop);
	listen();
}

addCopyButtons(document);
completeFilter();
joinRange();
listKeys();
drawCharts().catch(() => {}); // the server's drawing stays
live();
