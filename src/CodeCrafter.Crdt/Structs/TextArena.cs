using System.Text;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// Gives the texts of one update their arrays: long ones one each, and short ones stretches of a common one, since an
/// array of its own costs more than a word that it holds. A common array is kept as long as one of its texts is.
/// </summary>
internal ref struct TextArena
{
    private const int ChunkLength = 2048;
    private const int MaxShared = 256;

    private char[]? _chunk;
    private int _used;
    private int _texts;

    /// <summary>Makes content of valid UTF-8 that has so many UTF-16 code units.</summary>
    public TextContent Read(ReadOnlySpan<byte> utf8, int length)
    {
        // Most updates have one text.
        if (length > MaxShared || _texts++ == 0)
        {
            var own = new char[length];
            Encoding.UTF8.GetChars(utf8, own);
            return new TextContent(own);
        }

        if (_chunk is null || _chunk.Length - _used < length)
        {
            _chunk = new char[ChunkLength];
            _used = 0;
        }

        Encoding.UTF8.GetChars(utf8, _chunk.AsSpan(_used, length));
        _used += length;
        return new TextContent(Run<char>.Shared(_chunk, _used - length, length));
    }
}
