/* Files that are built into the program: asset_NAME .. asset_NAME_end, and the same by gzip, asset_NAME_gz .. asset_NAME_gz_end. */
	.macro asset name, file
	.global asset_\name, asset_\name\()_end, asset_\name\()_gz, asset_\name\()_gz_end
	.balign 16
asset_\name:
	.incbin "web/assets/\file"
asset_\name\()_end:
	.balign 16
asset_\name\()_gz:
	.incbin "web/assets/\file\().gz"
asset_\name\()_gz_end:
	.endm

	.section .rodata
	asset css, app.css
	asset js, app.js
	asset chart_js, chart.js
	asset icon, favicon.svg
	asset uplot_js, uPlot.iife.min.js
	asset uplot_css, uPlot.min.css

	.global catalogue_pt_br, catalogue_pt_br_end
	.balign 16
catalogue_pt_br:
	.incbin "web/texts/pt-BR.mo"
catalogue_pt_br_end:

	.global sentences_pt_br, sentences_pt_br_end
	.balign 16
sentences_pt_br:
	.incbin "web/texts/sentences.pt-BR.mo"
sentences_pt_br_end:

	/* Without this line the linker would give the program an executable stack. */
	.section .note.GNU-stack, "", %progbits
