<?php
// A contact form as there were many in 2008, with its fault: what a visitor types goes into the header of the mail as it stands,
// so that a line break in the "email" field begins a header line of the visitor's own. For the laboratory only.
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
	$ok = mail('webmaster@osg-ce.cluster.example.edu', $_POST['subject'] ?? 'Contact', $_POST['message'] ?? '',
		'From: ' . ($_POST['email'] ?? '') . "\r\nX-Mailer: PHP/" . phpversion());
	echo $ok ? "Thank you.\n" : "Please try again.\n";
	exit;
}
?>
<html><body><h1>Contact</h1><form method="post">
<input name="email"><input name="subject"><textarea name="message"></textarea><input type="submit"></form></body></html>
