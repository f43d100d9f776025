# An open HTTP proxy on campus: CONNECT to a mail server outside comes in, the SMTP session goes out; a POST straight to port 25
# shows what a mail server says to HTTP
# shellcheck shell=bash disable=SC2154,SC2034
scene() {
	local proxy
	put ws /etc/tinyproxy.lab.conf <<-'EOF'
		Port 8080
		Timeout 60
		MaxClients 10
		ConnectPort 25
		ConnectPort 443
	EOF
	at ws tinyproxy -d -c /etc/tinyproxy.lab.conf </dev/null >>/lab/logs/ws.out 2>&1 &
	proxy=$!
	wait_port ws 8080
	record openproxy.pcap
	python_on evil through_proxy.py 192.0.2.77 8080 mx.example.net service@bank.example bill@example.net carol@example.net nobody@example.net
	python_on evil through_proxy.py 192.0.2.77 8080 mail.example.org service@bank.example mia@example.org
	at evil curl -s --max-time 10 --http1.0 -o /dev/null -d 'HELO x' http://mail.campus.example.edu:25/ || true
	at evil curl -s --max-time 10 --http1.0 -o /dev/null http://relay.physics.example.edu:25/ || true
	kill "$proxy"
	record_end
}
