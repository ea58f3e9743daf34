using System.Diagnostics;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Documents;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Collaboration;

/// <summary>Clients that type.</summary>
/// <param name="Rate">Keystrokes a second, of all clients together.</param>
internal sealed record LoadShape(string Name, int Rooms, int ClientsPerRoom, int Rate)
{
    public int Clients => Rooms * ClientsPerRoom;
}

/// <summary>What one server did under one load.</summary>
/// <param name="Deliveries">Keystrokes that reached another client within the window.</param>
/// <param name="CpuMicroseconds">The server's CPU time, of all its threads, for each delivery.</param>
/// <param name="P50">Milliseconds from sending to arrival at another client.</param>
internal sealed record LoadSample(int Sent, int Deliveries, double CpuMicroseconds, double P50, double P99, int MessageBytes);

/// <summary>The load generator; the same for all servers.</summary>
internal static class CollaborationLoad
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(10);

    // The system counts CPU time in ticks of 10 ms.
    private const double MicrosecondsPerTick = 10_000;

    private static int s_clients;

    /// <summary>Connects all clients of a load, lets them type, and counts for a while.</summary>
    public static async Task<LoadSample> RunAsync(CollaborationServer server, IReadOnlyList<Room> rooms, LoadShape shape, TimeSpan warmUp, TimeSpan window)
    {
        var clients = await ConnectAsync(rooms, shape.ClientsPerRoom);
        try
        {
            await TypeAsync(clients, shape.Rate, warmUp);
            clients.ForEach(client => client.IsCounting = true);
            var ticks = ProcessState.CpuTicks(server.ProcessId);
            var sent = await TypeAsync(clients, shape.Rate, window);
            var expected = sent * (shape.ClientsPerRoom - 1);
            await WaitForArrivalAsync(clients, expected);
            ticks = ProcessState.CpuTicks(server.ProcessId) - ticks;
            clients.ForEach(client => client.IsCounting = false);

            var latencies = clients.SelectMany(client => client.Latencies).Order().ToList();
            if (latencies.Count < expected)
            {
                throw new WrongAnswerException($"{server.Name}, {shape.Name}: only {latencies.Count} of {expected} keystrokes arrived.");
            }

            return new LoadSample(
                sent, latencies.Count, ticks * MicrosecondsPerTick / latencies.Count, latencies[latencies.Count / 2], latencies[latencies.Count * 99 / 100], clients[0].MessageBytes);
        }
        finally
        {
            await DisposeAsync(clients);
        }
    }

    // Everything that was sent is to be counted, also what is still on its way.
    private static async Task WaitForArrivalAsync(List<CollaborationClient> clients, int expected)
    {
        var start = Stopwatch.GetTimestamp();
        while (clients.Sum(client => client.Latencies.Count) < expected && Stopwatch.GetElapsedTime(start) < ArrivalLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>The resident memory that one more idle socket takes, in bytes.</summary>
    public static async Task<double> IdleMemoryAsync(CollaborationServer server, IReadOnlyList<Room> rooms, int clientsPerRoom)
    {
        await server.SettleAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var before = ProcessState.ResidentBytes(server.ProcessId);
        var clients = await ConnectAsync(rooms, clientsPerRoom);
        await server.SettleAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var bytes = (double)(ProcessState.ResidentBytes(server.ProcessId) - before) / clients.Count;
        await DisposeAsync(clients);
        return bytes;
    }

    private static async Task<List<CollaborationClient>> ConnectAsync(IReadOnlyList<Room> rooms, int clientsPerRoom)
    {
        using var limit = new CancellationTokenSource(ConnectLimit);
        var sent = new SentTimes();
        var clients = new List<CollaborationClient>();
        // One after the other in each of the rooms, so that the generator does not open hundreds at once.
        for (var i = 0; i < clientsPerRoom; i++)
        {
            foreach (var chunk in rooms.Chunk(16))
            {
                var added = chunk.Select(room => new CollaborationClient(room, i, sent, Workload.ClientOf(Interlocked.Increment(ref s_clients)))).ToList();
                clients.AddRange(added);
                await Task.WhenAll(added.Select(client => client.ConnectAsync(limit.Token)));
            }
        }

        return clients;
    }

    // Keystrokes are due at even distances, whether the server keeps up or not.
    private static async Task<int> TypeAsync(List<CollaborationClient> clients, int rate, TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var sent = 0;
        while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < duration)
        {
            for (var due = (int)(elapsed.TotalSeconds * rate); sent < due; sent++)
            {
                await clients[sent % clients.Count].TypeAsync();
            }

            await Task.Delay(1);
        }

        return sent;
    }

    private static async Task DisposeAsync(List<CollaborationClient> clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
