using System.Text;
using CodeCrafter.Sandbox;

namespace CodeCrafter.Server.Execution;

/// <summary>A piece of output.</summary>
/// <param name="Phase">The step that printed it.</param>
/// <param name="Stream">The stream.</param>
/// <param name="TestCase">The index of the case that printed it; null where there are none.</param>
/// <param name="Offset">UTF-16 code units that the stream of this phase had before.</param>
/// <param name="Data">The text.</param>
internal sealed record OutputPiece(RunPhase Phase, OutputStream Stream, int? TestCase, long Offset, string Data);

/// <summary>What a job in a session has printed: published at once, and the newest of it kept for those who come late.</summary>
internal sealed class JobOutput(Guid sessionId, Guid jobId, ExecutionEvents events)
{
    /// <summary>UTF-16 code units that are kept: what a page shows. The whole is in the result.</summary>
    public const int MaxKept = 256 << 10;

    // What is kept is cut at its beginning a piece at a time.
    private const int MaxPiece = 16 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<Piece> _pieces = [];
    private readonly Dictionary<(RunPhase, OutputStream), long> _printed = [];
    private Piece? _last;
    private int _kept;

    public void Add(RunPhase phase, OutputStream stream, int? testCase, string text)
    {
        // Published under the lock, so that whoever joins misses none: a piece that comes in the list and as an event is
        // told by its offset.
        lock (_lock)
        {
            var offset = _printed.GetValueOrDefault((phase, stream));
            _printed[(phase, stream)] = offset + text.Length;
            Keep(phase, stream, testCase, offset, text);
            events.Publish(new ExecutionOutput(sessionId, jobId, phase, stream, testCase, offset, text));
        }
    }

    public IReadOnlyList<OutputPiece> SoFar()
    {
        lock (_lock)
        {
            return [.. _pieces.Select(piece => new OutputPiece(piece.Phase, piece.Stream, piece.TestCase, piece.Offset, piece.Text.ToString()))];
        }
    }

    // A program that prints a character at a time must not cost an object for each.
    private void Keep(RunPhase phase, OutputStream stream, int? testCase, long offset, string text)
    {
        if (_last is null || _last.Text.Length >= MaxPiece || (_last.Phase, _last.Stream, _last.TestCase) != (phase, stream, testCase))
        {
            _pieces.Enqueue(_last = new Piece(phase, stream, testCase, offset, new StringBuilder()));
        }

        _last.Text.Append(text);
        _kept += text.Length;
        while (_kept > MaxKept && _pieces.Count > 1)
        {
            _kept -= _pieces.Dequeue().Text.Length;
        }
    }

    private sealed record Piece(RunPhase Phase, OutputStream Stream, int? TestCase, long Offset, StringBuilder Text);
}
