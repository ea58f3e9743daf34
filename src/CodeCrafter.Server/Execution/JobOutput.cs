using System.Text;
using CodeCrafter.Sandbox;

namespace CodeCrafter.Server.Execution;

/// <summary>A piece of output; <paramref name="TestCase"/> is the index of the case that printed it.</summary>
internal sealed record OutputPiece(RunPhase Phase, OutputStream Stream, int? TestCase, string Data);

/// <summary>What a job in a session has printed: published at once, and kept for those who come late.</summary>
internal sealed class JobOutput(Guid sessionId, Guid jobId, ExecutionEvents events)
{
    private readonly Lock _lock = new();
    private readonly List<(RunPhase Phase, OutputStream Stream, int? TestCase, StringBuilder Text)> _pieces = [];
    private readonly Dictionary<(RunPhase, OutputStream), long> _printed = [];

    public void Add(RunPhase phase, OutputStream stream, int? testCase, string text)
    {
        // Published under the lock, so that whoever joins misses none: a piece that comes in the list and as an event is
        // told by its offset.
        lock (_lock)
        {
            var offset = _printed.GetValueOrDefault((phase, stream));
            _printed[(phase, stream)] = offset + text.Length;
            Keep(phase, stream, testCase, text);
            events.Publish(new ExecutionOutput(sessionId, jobId, phase, stream, testCase, offset, text));
        }
    }

    public IReadOnlyList<OutputPiece> SoFar()
    {
        lock (_lock)
        {
            return [.. _pieces.Select(piece => new OutputPiece(piece.Phase, piece.Stream, piece.TestCase, piece.Text.ToString()))];
        }
    }

    // A program that prints a character at a time must not cost an object for each.
    private void Keep(RunPhase phase, OutputStream stream, int? testCase, string text)
    {
        if (_pieces.Count == 0 || (_pieces[^1].Phase, _pieces[^1].Stream, _pieces[^1].TestCase) != (phase, stream, testCase))
        {
            _pieces.Add((phase, stream, testCase, new StringBuilder()));
        }

        _pieces[^1].Text.Append(text);
    }
}
