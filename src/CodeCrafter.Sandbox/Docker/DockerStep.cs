using System.Buffers.Binary;
using System.Text;
using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>
/// One step in a container. The relay enforces the limits, next to what they limit; we collect the output, hand in the
/// standard input, and tell it to kill. Every way in which a step ends is its one report, so a step ends once.
/// </summary>
internal sealed class DockerStep(DockerContainer container, StepPlan plan, TimeProvider time, OutputCollector stdout, OutputCollector stderr, CancellationToken cancellation)
{
    /// <summary>How long the relay may take to say that a step is over once it has to be.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RelayConnection _relay = container.Relay;
    private InputFeed? _feed;

    /// <summary>Runs the step.</summary>
    /// <param name="input">What the program reads; null where there is nothing to read.</param>
    /// <param name="terminal">The terminal whose size the program's follows; null where it has none.</param>
    /// <returns>The verdict, and whether the program ended by itself, so that its files can be collected.</returns>
    /// <exception cref="IOException">A fault of the sandbox.</exception>
    public async Task<(RunStatus Status, StepResult Result, bool EndedByItself)> RunAsync(Stream? input, Terminal? terminal)
    {
        using var deadline = new CancellationTokenSource(plan.Limits.WallTime + Patience, time);
        var started = time.GetTimestamp();
        StepEnd end;
        try
        {
            await _relay.SendStepAsync(plan.Command, plan.Limits, deadline.Token);
            using var killing = cancellation.Register(() =>
            {
                deadline.CancelAfter(Patience);
                Send(_relay.SendKillAsync(deadline.Token));
            });
            _feed = input is null ? null : new InputFeed(_relay, input, deadline.Token);
            terminal?.Follow((columns, rows) => Send(_relay.SendResizeAsync(columns, rows, deadline.Token)));
            end = await ReceiveEndAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It does not answer any more; removing the container ends it.
            end = new StepEnd { Signal = Native.SigKill, Killed = RunStatus.Cancelled, WallTime = time.GetElapsedTime(started) };
        }
        catch (OperationCanceledException e)
        {
            throw new IOException("A container does not end its step long after its time was up.", e);
        }
        finally
        {
            terminal?.Follow(null);
            _feed?.Stop();
        }
        stdout.Complete();
        stderr.Complete();
        var (status, result) = Verdict.Judge(end, plan, stdout, stderr);
        return (status, result, end.Killed is null);
    }

    private async Task<StepEnd> ReceiveEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (message, payload) = await _relay.ReceiveAsync(cancellationToken);
            switch (message)
            {
                case RelayMessage.Stdout:
                    stdout.Append(payload.Span);
                    break;
                case RelayMessage.Stderr:
                    stderr.Append(payload.Span);
                    break;
                case RelayMessage.InputTaken:
                    _feed?.Taken(BinaryPrimitives.ReadInt32BigEndian(payload.Span));
                    break;
                case RelayMessage.Done:
                    return ReadEnd(payload.Span);
                case RelayMessage.Gone when await container.RanOutOfMemoryAsync():
                    return new StepEnd { Signal = Native.SigKill, Killed = RunStatus.MemoryLimitExceeded, OutOfMemory = true, PeakMemory = plan.Limits.MemoryBytes };
                default:
                    throw new IOException($"The container's relay failed in step {plan.Command.Index}: {message} {Encoding.UTF8.GetString(payload.Span)} {_relay.Complaints}".TrimEnd());
            }
        }
    }

    /// <summary>Reads what relay.pl's <c>finish</c> writes.</summary>
    private StepEnd ReadEnd(ReadOnlySpan<byte> payload) => StepEnd.OfWaitStatus(BinaryPrimitives.ReadInt32BigEndian(payload)) with
    {
        NotExecuted = BinaryPrimitives.ReadInt32BigEndian(payload[4..]),
        Killed = (char)payload[8] switch
        {
            'C' or 'W' => RunStatus.TimeLimitExceeded,
            'M' => RunStatus.MemoryLimitExceeded,
            'O' => RunStatus.OutputLimitExceeded,
            'K' => RunStatus.Cancelled,
            _ => null,
        },
        CpuTime = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadInt64BigEndian(payload[9..])),
        WallTime = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadInt64BigEndian(payload[17..])),
        // The container's limit is a little higher than the program's.
        PeakMemory = Math.Min(BinaryPrimitives.ReadInt64BigEndian(payload[25..]), plan.Limits.MemoryBytes),
        OutOfMemory = BinaryPrimitives.ReadInt32BigEndian(payload[33..]) > 0,
    };

    /// <summary>Does not wait. Where it fails the stream is broken, and whoever reads from it says so.</summary>
    private static void Send(Task sending) => sending.ContinueWith(
        task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
