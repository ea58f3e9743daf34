using System.Net.WebSockets;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Faults;

/// <summary>Clients behind a network that repeats, reorders and loses what they send and what they get.</summary>
public sealed class NetworkTests
{
    private const string File = "main.py";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("fault", "19")]
    public async Task Updates_that_are_repeated_reordered_and_lost_on_the_way_converge_after_a_sync()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "some text to begin with");
        var random = new Random(seed);
        var clients = Enumerable.Range(0, 4).Select(_ => new DocClient(alice, session.Id, (ulong)random.NextInt64(1, 1L << 32))).ToList();
        foreach (var client in clients)
        {
            await client.ConnectAsync();
            client.Arriving = new BadNetwork(random.Next()).Deliver;
            client.Leaving = new BadNetwork(random.Next()).Deliver;
        }

        for (var i = 0; i < 500; i++)
        {
            clients[random.Next(clients.Count)].Edit(doc =>
            {
                var text = doc.GetMap("files").GetText(File)!;
                var at = random.Next(text.Length + 1);
                if (random.Next(3) == 0)
                {
                    text.Delete(at, Math.Min(text.Length - at, random.Next(4)));
                }
                else
                {
                    text.Insert(at, $"{i} ");
                }
            });
            if (random.Next(10) == 0)
            {
                await Task.Delay(1, Stop);
            }
        }

        // From here on the network is good. All tell what they have, and then everybody has it.
        clients.ForEach(client => (client.Arriving, client.Leaving) = (Whole, Whole));
        foreach (var client in clients)
        {
            client.Resync();
            await client.UntilAsync(one => one.IsSynced && one.Saved > 0);
        }

        foreach (var client in clients)
        {
            client.Resync();
            await client.UntilAsync(one => one.IsSynced);
        }

        var content = (await alice.GetSessionAsync(session.Id)).Content;
        foreach (var client in clients)
        {
            await client.UntilAsync(one => one.Text(File) == content);
            Assert.False(client.Doc.HasPending);
            Assert.Equal(clients[0].Doc.EncodeStateVector(), client.Doc.EncodeStateVector());
            await client.DisposeAsync();
        }
    }

    [Fact]
    [Trait("fault", "13")]
    public async Task An_update_of_50_MB_is_refused_while_it_comes_and_others_go_on()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var session = await alice.CreateFileSessionAsync(File, "");
        await using var client = new DocClient(alice, session.Id);
        await client.ConnectAsync();
        await using var huge = await RawSocket.OpenAsync(alice, session.Id);
        try
        {
            for (var i = 0; i < 50; i++)
            {
                await huge.SendAsync(new byte[1 << 20], isEnd: i == 49);
            }
        }
        catch (WebSocketException)
        {
            // The server had seen enough.
        }

        Assert.Equal((1009, "message_too_large"), await huge.UntilClosedAsync());
        client.Type(File, "on");
        await client.UntilSavedAsync();
    }

    private static IEnumerable<byte[]> Whole(byte[] update) => [update];

    /// <summary>One way of one client. Used by one thread at a time.</summary>
    private sealed class BadNetwork(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<byte[]> _delayed = [];

        public IEnumerable<byte[]> Deliver(byte[] update)
        {
            var delivered = new List<byte[]>();
            switch (_random.Next(10))
            {
                case < 2:
                    break;
                case < 4:
                    delivered.AddRange([update, update]);
                    break;
                case < 7:
                    _delayed.Insert(_random.Next(_delayed.Count + 1), update);
                    break;
                default:
                    delivered.Add(update);
                    break;
            }

            if (_delayed.Count > 5)
            {
                delivered.AddRange(_delayed);
                _delayed.Clear();
            }

            return delivered;
        }
    }
}
