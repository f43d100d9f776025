<?php
// An ordinary script of a web application: tells somebody that a booking has come in
mail('otto@example.org', 'New booking for room 12',
	"A booking has come in for room 12, Thursday 14:00 to 16:00.\r\n\r\nPlease confirm it.\r\n",
	"From: booking@www.campus.example.edu\r\nX-Mailer: PHP/" . phpversion());
