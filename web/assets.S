/* Files that are built into the program. */
	.section .rodata
	.global asset_css, asset_css_end, asset_icon, asset_icon_end
	.balign 16
asset_css:
	.incbin "web/static/app.css"
asset_css_end:
	.balign 16
asset_icon:
	.incbin "web/static/favicon.svg"
asset_icon_end:

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
