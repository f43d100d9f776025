#!/usr/bin/env python3
"""Writes a message of a mailing list on stdout: text and HTML, an attachment, encoded header words, List-* fields.

usage: newsletter.py NUMBER
"""
import sys
from email.message import EmailMessage
from email.policy import SMTP

number = sys.argv[1]
m = EmailMessage(policy=SMTP.clone(linesep="\n"))
m["From"] = "Bibliothèque du campus <library@campus.example.edu>"
m["To"] = "readers@campus.example.edu"
m["Subject"] = f"Nouveautés de la bibliothèque, numéro {number}: été"
m["Message-ID"] = f"<{number}.readers@campus.example.edu>"
m["List-Id"] = "Readers of the library <readers.campus.example.edu>"
m["List-Unsubscribe"] = "<https://www.campus.example.edu/lists/readers>, <mailto:readers-leave@campus.example.edu>"
m["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
m["Precedence"] = "bulk"
m.set_content("Chers lecteurs,\n\nles nouveaux livres de l'été sont arrivés: voir https://www.campus.example.edu/new\n.\n"
              "..et quelques points au début des lignes.\n\nLa bibliothèque\n")
m.add_alternative("<html><body><p>Chers lecteurs,</p><p>les nouveaux livres de l'été sont arrivés: "
                  "<a href=\"https://www.campus.example.edu/new\">la liste</a>.</p></body></html>", subtype="html")
m.add_attachment("titre;auteur\nLe jardin;A. Nonyme\nLa mer;B. Nonyme\n".encode(), maintype="text", subtype="csv",
                 filename="nouveautés.csv")
sys.stdout.buffer.write(m.as_bytes())
