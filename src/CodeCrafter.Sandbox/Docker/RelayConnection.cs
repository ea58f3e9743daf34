using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;
using Docker.DotNet;

namespace CodeCrafter.Sandbox.Docker;

/// <summary>What the relay says; relay.pl documents the frames.</summary>
internal enum RelayMessage
{
    /// <summary>The stream ended: the relay is gone.</summary>
    Gone = 0,
    Ready = 'R',
    Stdout = '1',
    Stderr = '2',
    InputTaken = 'C',
    Done = 'D',
    File = 'P',
    FileContent = 'p',
    FilesEnd = 'Q',
    Fault = 'E',
}

/// <summary>
/// Our end of a container's standard streams, which the engine multiplexes: frames to the relay and from it. Anyone may
/// send; one at a time may receive.
/// </summary>
internal sealed class RelayConnection(MultiplexedStream stream) : IDisposable
{
    /// <summary>The most content of a file that goes into one frame.</summary>
    private const int ChunkBytes = 256 << 10;

    /// <summary>The relay sends less; anything longer is not from it.</summary>
    private const int MaxFrame = 1 << 20;

    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _received = new byte[64 << 10];
    private readonly StringBuilder _complaints = new();
    private byte[] _pending = new byte[64 << 10];
    private int _start;
    private int _end;

    /// <summary>What perl itself wrote to standard error, in short: nothing where all is well.</summary>
    public string Complaints => _complaints.ToString();

    /// <summary>Writes a file, which must not be there yet.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="isExecutable">Its owner may execute it.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="isRemembered">The relay keeps the content, to tell later whether it was changed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SendFileAsync(string path, bool isExecutable, ReadOnlyMemory<byte> content, bool isRemembered, CancellationToken cancellationToken)
    {
        const int readable = 0b110_100_100, executable = 0b111_101_101;
        var first = content[..Math.Min(content.Length, ChunkBytes)];
        var frame = new FrameBuilder(isRemembered ? 'W' : 'F').Add(isExecutable ? executable : readable).Add(path).AddRaw(first.Span);
        await SendAsync(frame, cancellationToken);
        for (content = content[first.Length..]; !content.IsEmpty; content = content[Math.Min(content.Length, ChunkBytes)..])
        {
            await SendAsync(new FrameBuilder('A').AddRaw(content.Span[..Math.Min(content.Length, ChunkBytes)]), cancellationToken);
        }
    }

    public Task SendStepAsync(StepCommand command, RunLimits limits, CancellationToken cancellationToken)
    {
        var frame = new FrameBuilder('X')
            .Add(command.Columns).Add(command.Rows)
            .Add(command.ReadsInput ? 1 : 0)
            .Add((long)limits.CpuTime.TotalMicroseconds).Add((long)limits.WallTime.TotalMicroseconds)
            .Add(limits.OutputBytes).Add(limits.DiskBytes).Add(command.CpuSeconds).Add(SocketLimits.CountUncounted(limits))
            .Add(SandboxPaths.Workspace)
            .Add(command.Arguments.Count);
        foreach (var text in command.Arguments.Concat(command.Environment))
        {
            frame.Add(text);
        }
        return SendAsync(frame, cancellationToken);
    }

    /// <summary>The program's standard input goes on; nothing is its end.</summary>
    public Task SendInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        SendAsync(new FrameBuilder('I').AddRaw(bytes.Span), cancellationToken);

    public Task SendResizeAsync(int columns, int rows, CancellationToken cancellationToken) =>
        SendAsync(new FrameBuilder('Z').Add(columns).Add(rows), cancellationToken);

    public Task SendKillAsync(CancellationToken cancellationToken) => SendAsync(new FrameBuilder('K'), cancellationToken);

    /// <summary>Collects the regular files at a path.</summary>
    /// <param name="path">A file or a folder, absolute.</param>
    /// <param name="maxFiles">The most files.</param>
    /// <param name="maxBytes">The most bytes of all together.</param>
    /// <param name="changed">Only what differs from the remembered files.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The files with their absolute paths, and how many were left out.</returns>
    public async Task<(IReadOnlyList<ArtifactFile> Files, int Omitted)> CollectAsync(string path, int maxFiles, long maxBytes, bool changed, CancellationToken cancellationToken)
    {
        await SendAsync(new FrameBuilder('G').Add(path).Add(maxFiles).Add(maxBytes).Add(changed ? 1 : 0), cancellationToken);
        var files = new List<(string Path, bool IsExecutable, ArrayBufferWriter<byte> Content)>();
        long bytes = 0;
        while (true)
        {
            var (message, payload) = await ReceiveAsync(cancellationToken);
            switch (message)
            {
                case RelayMessage.File when files.Count < maxFiles:
                    var isExecutable = (BinaryPrimitives.ReadInt32BigEndian(payload.Span) & 0b001_000_000) != 0;
                    files.Add((Encoding.UTF8.GetString(payload.Span[8..]), isExecutable, new ArrayBufferWriter<byte>()));
                    break;
                case RelayMessage.FileContent when files.Count > 0 && (bytes += payload.Length) <= maxBytes:
                    files[^1].Content.Write(payload.Span);
                    break;
                case RelayMessage.FilesEnd:
                    var omitted = BinaryPrimitives.ReadInt32BigEndian(payload.Span);
                    return ([.. files.Select(file => new ArtifactFile(file.Path, file.IsExecutable, file.Content.WrittenSpan.ToArray()))], omitted);
                case RelayMessage.InputTaken:
                    break; // It may come after the end of a step.
                default:
                    throw new IOException($"The container's relay failed to collect files: {message} {Encoding.UTF8.GetString(payload.Span)} {Complaints}".TrimEnd());
            }
        }
    }

    /// <summary>Waits for a message. The payload is valid until the next call.</summary>
    public async ValueTask<(RelayMessage Message, ReadOnlyMemory<byte> Payload)> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(5, cancellationToken))
        {
            return (RelayMessage.Gone, default);
        }
        var message = (RelayMessage)_pending[_start];
        var length = BinaryPrimitives.ReadUInt32BigEndian(_pending.AsSpan(_start + 1));
        if (length > MaxFrame)
        {
            throw new IOException("The container's relay sent nonsense.");
        }
        if (!await FillAsync(5 + (int)length, cancellationToken))
        {
            return (RelayMessage.Gone, default);
        }
        var payload = _pending.AsMemory(_start + 5, (int)length);
        _start += 5 + (int)length;
        return (message, payload);
    }

    public void Dispose() => stream.Dispose();

    private async Task SendAsync(FrameBuilder frame, CancellationToken cancellationToken)
    {
        var bytes = frame.ToArray();
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await stream.WriteAsync(bytes, 0, bytes.Length, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            var result = await stream.ReadOutputAsync(_received, 0, _received.Length, cancellationToken);
            if (result.EOF)
            {
                return false;
            }
            if (result.Target == MultiplexedStream.TargetStream.StandardError)
            {
                Complain(_received.AsSpan(0, result.Count));
            }
            else
            {
                Keep(_received.AsSpan(0, result.Count));
            }
        }
        return true;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_pending.Length - _end < bytes.Length)
        {
            var held = _end - _start;
            // Bounded by the largest frame and what is received at once.
            var target = _pending.Length < held + bytes.Length ? new byte[Math.Max(2 * _pending.Length, held + bytes.Length)] : _pending;
            _pending.AsSpan(_start, held).CopyTo(target);
            (_pending, _start, _end) = (target, 0, held);
        }
        bytes.CopyTo(_pending.AsSpan(_end));
        _end += bytes.Length;
    }

    private void Complain(ReadOnlySpan<byte> bytes)
    {
        if (_complaints.Length < 4096)
        {
            _complaints.Append(Encoding.UTF8.GetString(bytes));
        }
    }
}
