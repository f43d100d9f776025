// What the report does besides, in browsers that run scripts.  Every page works without it.
'use strict';
// Words come from the server, in its language: data-text-NAME of <body>.
function text(name) {
	return document.body.dataset['text' + name] || '';
}

// ---- commands to copy ----
async function copy(button, block) {
	try {
		await navigator.clipboard.writeText(block.innerText);
		button.textContent = text('Copied');
	} catch {
		getSelection().selectAllChildren(block); // not allowed: it is ready for Ctrl-C
	}
}

function addCopyButtons(root) {
	for (const block of root.querySelectorAll('pre.command')) {
		const button = document.createElement('button');
		button.type = 'button';
		button.className = 'copy';
		button.textContent = text('Copy');
		button.addEventListener('click', () => copy(button, block));
		block.after(button);
	}
}

addCopyButtons(document);
