using System.Text;
using System.Threading.Channels;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Keeps what it is given, and lets a test wait for a text.</summary>
public sealed class RecordingObserver : IRunObserver
{
    private readonly Lock _lock = new();
    private readonly List<(RunPhase Phase, OutputStream Stream, string Text)> _pieces = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;

    public bool Overlapped { get; private set; }

    public IReadOnlyList<(RunPhase Phase, OutputStream Stream, string Text)> Pieces
    {
        get { lock (_lock) { return [.. _pieces]; } }
    }

    public async ValueTask OnOutputAsync(RunPhase phase, OutputStream stream, string text)
    {
        Overlapped |= Interlocked.Increment(ref _inside) > 1;
        await Task.Yield();
        lock (_lock)
        {
            _pieces.Add((phase, stream, text));
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        Interlocked.Decrement(ref _inside);
    }

    public string Text(RunPhase phase, OutputStream stream) =>
        string.Concat(Pieces.Where(p => p.Phase == phase && p.Stream == stream).Select(p => p.Text));

    public async Task WaitAsync(Func<string, bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
            }
            if (condition(string.Concat(Pieces.Select(p => p.Text))))
            {
                return;
            }
            await changed.WaitAsync(TestContext.Current.CancellationToken);
        }
    }
}

/// <summary>Input that comes when the test sends it, and never ends by itself.</summary>
internal sealed class HeldStream : Stream
{
    private readonly Channel<byte[]> _sent = Channel.CreateUnbounded<byte[]>();

    public void Send(string text) => _sent.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var bytes = await _sent.Reader.ReadAsync(cancellationToken);
        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
