using System.Text;
using System.Threading.Channels;

namespace CodeCrafter.Sandbox.Steps;

/// <summary>A piece of output on its way to the observer.</summary>
internal readonly record struct OutputPiece(RunPhase Phase, OutputStream Stream, string Text);

/// <summary>Keeps the first bytes of a stream as text, and passes the text on while it comes.</summary>
/// <param name="phase">The step.</param>
/// <param name="stream">The stream.</param>
/// <param name="limit">How many bytes are kept.</param>
/// <param name="pieces">Where text goes; what it holds is bounded by the limit.</param>
internal sealed class OutputCollector(RunPhase phase, OutputStream stream, long limit, ChannelWriter<OutputPiece>? pieces)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _text = new();
    private char[] _chars = [];
    private long _bytes;

    /// <summary>There was more than the limit.</summary>
    public bool Truncated { get; private set; }

    /// <summary>What was kept.</summary>
    public string Text => _text.ToString();

    /// <summary>Takes bytes as they were printed.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var room = (int)Math.Min(bytes.Length, limit - _bytes);
        Truncated |= room < bytes.Length;
        _bytes += room;
        Decode(bytes[..room], flush: false);
    }

    /// <summary>
    /// The end. Bytes of a character that the program never finished become U+FFFD; those of a character that the limit
    /// cut in two are left out, since the program did print it whole.
    /// </summary>
    public void Complete()
    {
        if (!Truncated)
        {
            Decode([], flush: true);
        }
    }

    private void Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var needed = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        if (_chars.Length < needed)
        {
            _chars = new char[needed];
        }
        var count = _decoder.GetChars(bytes, _chars, flush);
        if (count > 0)
        {
            _text.Append(_chars, 0, count);
            pieces?.TryWrite(new OutputPiece(phase, stream, new string(_chars, 0, count)));
        }
    }
}
