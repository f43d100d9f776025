#!/usr/bin/perl
# What SpamAssassin says of message files, rule by rule: without network, without Bayes, without anything learned.
#
#   spamassassin.pl hits FILE...    a line per file: path, points, and every rule that hit ("NAME" or "NAME=times"), parts ("__NAME") included
#   spamassassin.pl hits -          the same, the paths on standard input
#   spamassassin.pl rules           a line per rule that is in force: name, kind, points, flags
#   spamassassin.pl time FILE...    seconds of processor time, messages
use strict;
use warnings;
use Mail::SpamAssassin;

my $command = shift // '';
die "usage: spamassassin.pl hits|time FILE...|-, or spamassassin.pl rules\n" unless $command =~ /^(?:hits|rules|time)$/;

my $sa = Mail::SpamAssassin->new({
	local_tests_only => 1,
	dont_copy_prefs => 1,
	rules_filename => '/usr/share/spamassassin',
	site_rules_filename => '/etc/spamassassin',
	userprefs_filename => '/dev/null',
	userstate_dir => '/nonexistent',
	post_config_text => "use_bayes 0\nuse_auto_welcomelist 0\nbayes_auto_learn 0\n",
});
$sa->init(1);

my %kind_of = (
	head_tests => 'header', head_evals => 'header-eval', body_tests => 'body', body_evals => 'body-eval',
	rawbody_tests => 'rawbody', rawbody_evals => 'rawbody-eval', full_tests => 'full', full_evals => 'full-eval',
	uri_tests => 'uri', uri_evals => 'uri-eval', meta_tests => 'meta', mimeheader_tests => 'mimeheader');

sub print_rules {
	my $conf = $sa->{conf};
	my %kinds;
	for my $table (keys %kind_of) {
		my $tests = $conf->{$table} or next;
		for my $first (values %$tests) {
			next unless ref $first eq 'HASH';
			$kinds{$_} = $kind_of{$table} for keys %$first;
		}
	}
	$kinds{$_} = 'meta' for keys %{ $conf->{meta_tests} || {} };
	$kinds{$_} = 'mimeheader' for keys %{ $conf->{mimeheader_tests} || {} };
	for my $name (sort keys %kinds) {
		my $score = $conf->{scores}{$name};
		$score = $name =~ /^__/ ? '-' : 1 unless defined $score;
		print join("\t", $name, $kinds{$name}, $score, $conf->{tflags}{$name} // ''), "\n";
	}
}

sub check {
	my ($path) = @_;
	my $bytes = do {
		open my $in, '<:raw', $path or die "$path: $!\n";
		local $/;    # here alone: SpamAssassin chomps lines
		<$in>;
	};
	my $mail = $sa->parse($bytes, 1);
	my $status = $sa->check($mail);
	my $hits = $status->{tests_already_hit};
	my @names = sort grep { $hits->{$_} } keys %$hits;
	my $line = join("\t", $path, $status->get_score,
		join(',', map { $hits->{$_} == 1 ? $_ : "$_=$hits->{$_}" } @names));
	$status->finish;
	$mail->finish;
	return $line;
}

if ($command eq 'rules') {
	print_rules;
	exit 0;
}
my @files = @ARGV == 1 && $ARGV[0] eq '-' ? map { chomp; $_ } <STDIN> : @ARGV;
$| = 1;
check($files[0]) if $command eq 'time' && @files;    # compiles the rules
my @before = times;
for my $path (@files) {
	my $line = eval { check($path) };
	print defined $line ? "$line\n" : "$path\tfailed\t$@" if $command eq 'hits';
}
my @after = times;
printf "%.2f seconds, %d messages\n", $after[0] + $after[1] - $before[0] - $before[1], scalar @files if $command eq 'time';
