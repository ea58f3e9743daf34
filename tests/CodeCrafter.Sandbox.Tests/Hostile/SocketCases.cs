using CodeCrafter.Sandbox.Limits;

namespace CodeCrafter.Sandbox.Tests.Hostile;

/// <summary>Sockets: what the kernel holds for them is bounded, counts, and leaves the host's network alone.</summary>
public abstract class SocketCases(Backend backend) : HostileCases(backend)
{
    private static readonly RunLimits Small = RunLimits.Default with { MemoryBytes = 64 << 20 };

    /// <summary>C that makes and fills sockets; <c>held</c> is what the kernel has kept of it in bytes.</summary>
    private const string Sockets = """
        #define _GNU_SOURCE
        #include <arpa/inet.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <unistd.h>
        static char block[60000];
        static struct sockaddr_in here(int s) {
            struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; socklen_t l = sizeof a;
            bind(s, (void *)&a, l); getsockname(s, (void *)&a, &l); return a;
        }
        static void large(int s) { int most = 16 << 20; setsockopt(s, SOL_SOCKET, SO_RCVBUF, &most, 4); setsockopt(s, SOL_SOCKET, SO_SNDBUF, &most, 4); }
        static long kept(int s) { long sum = 0, n; while ((n = recv(s, block, sizeof block, MSG_DONTWAIT)) > 0) sum += n; return sum; }

        """;

    [Case]
    public async Task Case57_Datagrams_that_nobody_reads_are_bounded()
    {
        // 60 MB into default buffers.
        var result = await RunAsync("c", Sockets + """
            int main(void) {
                int s[350], n = 0; long held = 0;
                for (; n < 350 && (s[n] = socket(AF_INET, SOCK_DGRAM, 0)) >= 0; n++) {
                    large(s[n]);
                    struct sockaddr_in a = here(s[n]);
                    for (int k = 0; k < 3; k++) sendto(s[n], block, sizeof block, MSG_DONTWAIT, (void *)&a, sizeof a);
                }
                for (int i = 0; i < n; i++) held += kept(s[i]);
                if (held > 32 << 20) sleep(1);
                printf("%ld\n", held);
            }
            """, Small);

        AssertBounded(result, 17 << 20);
    }

    [Case]
    public async Task Case57_Streams_that_nobody_reads_are_bounded()
    {
        // As much as goes, at most 160 MB.
        var result = await RunAsync("c", Sockets + """
            int main(void) {
                int s[20], t[20], l = socket(AF_INET, SOCK_STREAM, 0); long held = 0;
                large(l);
                struct sockaddr_in a = here(l);
                listen(l, 20);
                for (int i = 0; i < 20; i++) {
                    s[i] = socket(AF_INET, SOCK_STREAM, 0);
                    large(s[i]);
                    connect(s[i], (void *)&a, sizeof a);
                    t[i] = accept(l, 0, 0);
                    long n, sent = 0;
                    while (sent < 8 << 20 && (n = send(s[i], block, sizeof block, MSG_DONTWAIT)) > 0) held += n, sent += n;
                }
                printf("%ld\n", held);
            }
            """, Small);

        AssertBounded(result, 24 << 20);
    }

    [Case]
    public async Task Case57_Connections_that_nobody_accepts_are_few_and_small()
    {
        // What is in a connection that nobody has accepted belongs to nobody. 129 a listener, with a buffer that its listener asks for.
        var one = await RunAsync("c", Sockets + """
            int main(void) {
                int l = socket(AF_INET, SOCK_STREAM, 0), made = 0; long held = 0;
                large(l);
                struct sockaddr_in a = here(l);
                listen(l, 4096);
                for (; made < 300; made++) {
                    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
                    connect(s, (void *)&a, sizeof a);
                    struct pollfd p = {s, POLLOUT, 0};
                    if (poll(&p, 1, 100) != 1) break;
                    long n;
                    while ((n = send(s, block, sizeof block, 0)) > 0) held += n;
                }
                while (made > 0) { int t = accept(l, 0, 0); usleep(1000); close(t); made--; }
                printf("%ld\n", held);
            }
            """, Small);
        var many = await RunAsync("c", Sockets + """
            int main(void) {
                for (int k = 0; k < 200; k++) {
                    int l = socket(AF_INET, SOCK_STREAM, 0);
                    struct sockaddr_in a = here(l);
                    listen(l, 4096);
                    for (int i = 0; i < 50; i++) {
                        int s = socket(AF_INET, SOCK_STREAM, 0);
                        connect(s, (void *)&a, sizeof a);
                        send(s, block, 10000, MSG_DONTWAIT);
                        close(s);
                    }
                    usleep(5000);
                }
                puts("all");
                sleep(1);
            }
            """, Small);

        AssertBounded(one, 32 << 20);
        if (Backend.SharesTheKernel)
        {
            AssertStatus(RunStatus.MemoryLimitExceeded, many);
        }
    }

    [Case]
    public async Task Case57_Sockets_that_no_limit_counts_are_not_there()
    {
        Assert.Equal("looked", await PythonAsync("""
            import socket, struct
            for arguments in ((socket.AF_NETLINK, socket.SOCK_RAW, 0), (socket.AF_INET, socket.SOCK_DGRAM, 1), (socket.AF_INET6, socket.SOCK_DGRAM, 58), (socket.AF_INET, socket.SOCK_STREAM, 262)):
                try: socket.socket(*arguments); print('made', arguments)
                except OSError: pass
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            before = s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF), s.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
            for level, name, value in ((1, 7, 1 << 24), (1, 8, 1 << 24), (0, 11, 1)): s.setsockopt(level, name, value)
            if (s.getsockopt(1, 8), s.getsockopt(1, 7), s.getsockopt(0, 11)) != (*before, 0): print('larger')
            for level, name, value in ((1, 26, struct.pack('HxxxxxxP', 1, id(s))), (1, 37, struct.pack('i', 18)), (1, 61, bytes(8)), (6, 31, b'tls'), (0, 35, bytes(12)), (41, 20, bytes(20))):
                try: s.setsockopt(level, name, value); print('set', level, name)
                except OSError as e: 
                    if e.errno not in (1, 38): print('looked at', level, name, e)
            print('looked')
            """));
    }

    /// <summary>What such sockets are for goes on as ever.</summary>
    [Case]
    public async Task Case57_Servers_and_clients_on_the_own_loopback_talk()
    {
        Assert.Equal("3000000 3000000 True b'answer' [0, 1, 4, 9]", await PythonAsync("""
            import asyncio, concurrent.futures, http.server, multiprocessing, socket, threading, urllib.request
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers['content-length']))
                    self.send_response(200); self.send_header('content-length', str(len(body))); self.end_headers(); self.wfile.write(body)
                def log_message(self, *a): pass
            http.server.ThreadingHTTPServer.request_queue_size = 100
            server = http.server.ThreadingHTTPServer(('localhost', 0), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            address = f'http://localhost:{server.server_port}/'
            print(len(urllib.request.urlopen(address, bytes(3000000)).read()), end=' ')
            with concurrent.futures.ThreadPoolExecutor(20) as pool:
                print(sum(pool.map(lambda i: len(urllib.request.urlopen(address, bytes(50000)).read()), range(60))), end=' ')
                print(all(pool.map(lambda i: len(urllib.request.urlopen(address, bytes(10000)).read()) == 10000, range(100))), end=' ')
            async def talk():
                async def serve(reader, writer): writer.write(await reader.read(8)); await writer.drain(); writer.close()
                s = await asyncio.start_server(serve, '127.0.0.1', 0)
                reader, writer = await asyncio.open_connection(*s.sockets[0].getsockname())
                writer.write(b'answer'); await writer.drain()
                return await reader.read()
            print(asyncio.run(talk()), end=' ')
            def square(x): return x * x
            with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(square, range(4)))
            """));
    }

    /// <summary>It ended by itself with no more than that, or at the limit.</summary>
    private static void AssertBounded(RunResult result, long most)
    {
        if (result.Status == RunStatus.MemoryLimitExceeded)
        {
            return;
        }
        AssertStatus(RunStatus.Accepted, result);
        Assert.InRange(long.Parse(result.Run!.Stdout), 1 << 20, most);
    }
}
