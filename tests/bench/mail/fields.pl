#!/usr/bin/perl
# What SpamAssassin makes of header fields, in the lines that fields_dump prints: paths on standard input.  tests/bench/mail/fields.py compares.
use strict;
use warnings;
use Mail::SpamAssassin;
use Mail::SpamAssassin::Message::Metadata::Received;
use Mail::SpamAssassin::PerMsgStatus;
use Mail::SpamAssassin::Util qw(parse_rfc822_date);

my $sa = Mail::SpamAssassin->new({
	local_tests_only => 1, dont_copy_prefs => 1, rules_filename => '/nonexistent', userprefs_filename => '/dev/null',
	config_text => "score NONE 0\n" });
$sa->init(1);

sub shown {
	my $text = shift // '';
	$text =~ s/([\x00-\x1f\\\x7f-\xff])/sprintf '\\x%02x', ord $1/ge;
	return $text;
}

sub received {
	my ($parser, $line) = @_;
	$line =~ s/\n[ \t]+/ /g;
	my $relay = $parser->parse_received_line($line);
	return 'unreadable' unless defined $relay;
	return 'local' unless $relay;
	return shown(join '|', (map { $_ // '' } @$relay{qw(ip rdns helo by ident envfrom id auth)}), $relay->{no_reverse_dns} ? 1 : 0);
}

while (my $path = <STDIN>) {
	chomp $path;
	open my $in, '<', $path or die "$path: $!\n";
	my @lines = <$in>;
	my $message = $sa->parse(\@lines, 0);
	my $status = Mail::SpamAssassin::PerMsgStatus->new($sa, $message);
	print "F\t$path\n";
	for my $name (qw(Subject From To Cc Reply-To)) {
		for my $value ($message->get_header($name)) {
			chomp $value;
			print "H\t$name\t", shown($value), "\n";
		}
	}
	for my $name (qw(From To Cc Reply-To)) {
		print "A\t$name\t", shown(join '|', $status->get("$name:addr", '')), "\n";
		print "N\t$name\t", shown(join '|', $status->get("$name:name", '')), "\n";
	}
	my $date = $message->get_header('Date');
	print "D\t", parse_rfc822_date($date) // -1, "\t", shown($date), "\n" if defined $date;
	my $parser = bless { allow_mailfetch_markers => 1 }, 'Mail::SpamAssassin::Message::Metadata';
	print "R\t", received($parser, $_), "\n" for $message->get_header('Received');
	$status->finish;
	$message->finish;
}
