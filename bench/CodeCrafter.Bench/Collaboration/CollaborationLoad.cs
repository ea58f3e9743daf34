using System.Diagnostics;
using CodeCrafter.Bench.Contenders;
using CodeCrafter.Bench.Documents;
using CodeCrafter.Bench.Measuring;

namespace CodeCrafter.Bench.Collaboration;

/// <summary>Clients that type.</summary>
/// <param name="Rate">Keystrokes a second, of all clients together.</param>
/// <param name="Acks">The clients want to hear what is saved, which only ours can tell.</param>
internal sealed record LoadShape(string Name, int Rooms, int ClientsPerRoom, int Rate, bool Acks = false)
{
    public int Clients => Rooms * ClientsPerRoom;
}

/// <summary>What one server did under one load.</summary>
/// <param name="Deliveries">Keystrokes that reached another client within the window.</param>
/// <param name="CpuMicroseconds">The server's CPU time, of all its threads, for each delivery.</param>
/// <param name="P50">Milliseconds from sending to arrival at another client.</param>
/// <param name="Saves">Milliseconds from sending until the sender heard that it is saved; null where nobody asked.</param>
internal sealed record LoadSample(int Sent, int Deliveries, double CpuMicroseconds, double P50, double P99, int MessageBytes, SaveSample? Saves);

/// <summary>Milliseconds until keystrokes were said to be saved.</summary>
internal sealed record SaveSample(int Count, double P50, double P95, double P99);

/// <summary>What so many idle sockets took.</summary>
/// <param name="Bytes">Resident memory of each.</param>
/// <param name="CpuShare">Of one core, while nobody does anything.</param>
/// <param name="P99">Milliseconds from a keystroke to its arrival, with one in each room.</param>
internal sealed record IdleSample(int Sockets, double Bytes, double CpuShare, double P99);

/// <summary>The load generator; the same for all servers.</summary>
internal static class CollaborationLoad
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(10);

    // The system counts CPU time in ticks of 10 ms.
    private const double MicrosecondsPerTick = 10_000;
    private const int IdleRate = 200;

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
            await WaitForArrivalAsync(clients, expected, shape.Acks);
            ticks = ProcessState.CpuTicks(server.ProcessId) - ticks;
            clients.ForEach(client => client.IsCounting = false);

            if (clients.Sum(client => client.Latencies.Count) is var arrived && arrived < expected)
            {
                throw new WrongAnswerException($"{server.Name}, {shape.Name}: only {arrived} of {expected} keystrokes arrived.");
            }

            var latencies = new Samples(clients.SelectMany(client => client.Latencies));
            var saves = new Samples(clients.SelectMany(client => client.Saves));
            return new LoadSample(
                sent, expected, ticks * MicrosecondsPerTick / expected, latencies.Percentile(50), latencies.Percentile(99), clients[0].MessageBytes,
                shape.Acks ? new SaveSample(saves.Values.Count, saves.Percentile(50), saves.Percentile(95), saves.Percentile(99)) : null);
        }
        finally
        {
            await DisposeAsync(clients);
        }
    }

    // Everything that was sent is to be counted, also what is still on its way.
    private static async Task WaitForArrivalAsync(List<CollaborationClient> clients, int expected, bool saves = false)
    {
        var start = Stopwatch.GetTimestamp();
        while ((clients.Sum(client => client.Latencies.Count) < expected || (saves && clients.Any(client => client.HasUnsaved)))
            && Stopwatch.GetElapsedTime(start) < ArrivalLimit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>What idle sockets take: nobody types before the end, and then one client in each room types once.</summary>
    public static async Task<IdleSample> IdleAsync(CollaborationServer server, IReadOnlyList<Room> rooms, int clientsPerRoom, TimeSpan pause, TimeSpan idle)
    {
        await server.SettleAsync();
        await Task.Delay(pause);
        var before = ProcessState.ResidentBytes(server.ProcessId);
        var clients = await ConnectAsync(rooms, clientsPerRoom);
        await server.SettleAsync();
        await Task.Delay(pause);
        var bytes = (double)(ProcessState.ResidentBytes(server.ProcessId) - before) / clients.Count;
        var ticks = ProcessState.CpuTicks(server.ProcessId);
        await Task.Delay(idle);
        ticks = ProcessState.CpuTicks(server.ProcessId) - ticks;
        clients.ForEach(client => client.IsCounting = true);
        var sent = await TypeAsync([.. clients.Take(rooms.Count)], IdleRate, TimeSpan.FromSeconds((rooms.Count + 0.5) / IdleRate));
        await WaitForArrivalAsync(clients, sent * (clientsPerRoom - 1));
        clients.ForEach(client => client.IsCounting = false);
        var latencies = new Samples(clients.SelectMany(client => client.Latencies));
        if (latencies.Values.Count < sent * (clientsPerRoom - 1))
        {
            throw new WrongAnswerException($"{server.Name}: only {latencies.Values.Count} of {sent * (clientsPerRoom - 1)} keystrokes arrived.");
        }

        var sample = new IdleSample(
            clients.Count, bytes, ticks * MicrosecondsPerTick / Math.Max(1, idle.TotalMicroseconds), latencies.Values.Count == 0 ? 0 : latencies.Percentile(99));
        await DisposeAsync(clients);
        return sample;
    }

    /// <summary>Connects so many clients to each of the rooms.</summary>
    public static async Task<List<CollaborationClient>> ConnectAsync(IReadOnlyList<Room> rooms, int clientsPerRoom)
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

    /// <summary>Lets clients type in turn, so many characters a second, and returns how many it were.</summary>
    public static async Task<int> TypeAsync(IReadOnlyList<CollaborationClient> clients, int rate, TimeSpan duration, CancellationToken stop = default)
    {
        // Keystrokes are due at even distances, whether the server keeps up or not.
        var start = Stopwatch.GetTimestamp();
        var sent = 0;
        while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < duration && !stop.IsCancellationRequested)
        {
            for (var due = (int)(elapsed.TotalSeconds * rate); sent < due; sent++)
            {
                await clients[sent % clients.Count].TypeAsync();
            }

            await Task.Delay(1);
        }

        return sent;
    }

    public static async Task DisposeAsync(IReadOnlyList<CollaborationClient> clients)
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
