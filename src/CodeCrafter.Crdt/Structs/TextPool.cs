using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Structs;

/// <summary>
/// The text of a document, as UTF-16 code units: each unit has an address of 32 bits. Addresses lie in pages, and
/// neighbouring pages in blocks, which are arrays: of bytes where all is ASCII, of chars elsewhere. Short texts share a
/// block, long ones have one each. What is cut or joined stays where it is if it can; what is given up leaves a hole,
/// and where holes come to more than the rest, all is moved (<see cref="IsSparse"/>).
/// </summary>
internal sealed class TextPool
{
    /// <summary>The longest text of one item. Yjs cannot hold longer ones either.</summary>
    public const int MaxLength = 1 << 29;

    /// <summary>What is not longer can be copied as a word of a processor.</summary>
    public const int ShortLength = 16;

    private const int PageBits = 9, PageLength = 1 << PageBits, MaxPages = 1 << (32 - PageBits);
    private const int SharedPages = 8, MaxShared = PageLength;
    private const int MaxKeystroke = 16;
    private const char Replacement = '\uFFFD';

    private Block?[] _pages = [];
    private int _pageCount, _freePages;
    private Block? _narrow, _wide;
    private long _used, _live;

    /// <summary>How many units are held, for all texts together.</summary>
    public long Live => _live;

    /// <summary>
    /// Whether it is worth it to move all text together, which takes a look at each of so many rows: the holes have
    /// paid for it.
    /// </summary>
    public bool IsSparse(int rows) => _used - _live + ((long)_freePages * PageLength) > _live + rows + 4096;

    /// <summary>Whether so much more text surely has a place.</summary>
    public bool HasRoomFor(long length) => _pageCount + (2 * length / PageLength) + 2 < MaxPages;

    /// <summary>How many units of text there are.</summary>
    public long Length => _live;

    public char this[uint address]
    {
        get
        {
            var (block, offset) = At(address);
            return block.Chars is null ? (char)block.Bytes[offset] : block.Chars[offset];
        }
    }

    /// <summary>Whether all units are ASCII.</summary>
    public static bool IsAscii(ReadOnlySpan<char> text)
    {
        // What looks at many units at once takes memory until it has been optimised.
        if (text.Length > MaxKeystroke)
        {
            return Ascii.IsValid(text);
        }

        foreach (var unit in text)
        {
            if (unit > '\u007F')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes in a text and returns its address.</summary>
    public uint Add(ReadOnlySpan<char> text)
    {
        var (block, offset) = Take(text.Length, isNarrow: IsAscii(text));
        block.Write(offset, text);
        return block.AddressOf(offset);
    }

    /// <summary>Takes in valid UTF-8 that has so many UTF-16 code units, and returns its address.</summary>
    public uint Add(ReadOnlySpan<byte> utf8, int length)
    {
        var (block, offset) = Take(length, isNarrow: utf8.Length == length);
        block.Write(offset, utf8);
        return block.AddressOf(offset);
    }

    /// <summary>Makes a text longer, and returns where it is then.</summary>
    public uint Append(uint address, int length, ReadOnlySpan<char> text)
    {
        var isNarrow = IsAscii(text);
        address = Extend(address, length, text.Length, isNarrow);
        var (block, offset) = At(address);
        block.Write(offset + length, text);
        return address;
    }

    /// <summary>Makes a text longer by valid UTF-8 of so many UTF-16 code units, and returns where it is then.</summary>
    public uint Append(uint address, int length, ReadOnlySpan<byte> utf8, int count)
    {
        address = Extend(address, length, count, isNarrow: utf8.Length == count);
        var (block, offset) = At(address);
        block.Write(offset + length, utf8);
        return address;
    }

    /// <summary>Makes one text of two, and returns where it is.</summary>
    public uint Join(uint left, int leftLength, uint right, int rightLength)
    {
        var (block, offset) = At(left);
        var (other, start) = At(right);
        if (block == other && offset + leftLength == start)
        {
            return left;
        }

        left = Extend(left, leftLength, rightLength, other.Chars is null);
        Copy(right, left + (uint)leftLength, rightLength);
        Release(right, rightLength);
        return left;
    }

    /// <summary>
    /// A text is cut here. Both halves of a surrogate pair become U+FFFD, as in Yjs: alone neither is valid text.
    /// </summary>
    public void Cut(uint address)
    {
        var (block, offset) = At(address);
        if (block.Chars is { } chars && char.IsHighSurrogate(chars[offset - 1]))
        {
            (chars[offset - 1], chars[offset]) = (Replacement, Replacement);
        }
    }

    /// <summary>Gives up a text, or a part of one.</summary>
    public void Release(uint address, int length)
    {
        var (block, _) = At(address);
        block.Live -= length;
        _live -= length;
        if (block.Live > 0)
        {
            return;
        }

        _used -= block.Used;
        block.Used = 0;
        if (block == _narrow || block == _wide)
        {
            return;
        }

        Array.Clear(_pages, block.FirstPage, block.PageCount);
        _freePages += block.PageCount;
    }

    public void AppendTo(StringBuilder builder, uint address, int length)
    {
        var (block, offset) = At(address);
        if (block.Chars is not null)
        {
            builder.Append(block.Chars, offset, length);
            return;
        }

        Span<char> buffer = stackalloc char[Math.Min(length, 512)];
        for (var done = 0; done < length; done += buffer.Length)
        {
            var part = buffer[..Math.Min(buffer.Length, length - done)];
            CopyTo(address + (uint)done, part);
            builder.Append(part);
        }
    }

    public void CopyTo(uint address, Span<char> target)
    {
        var (block, offset) = At(address);
        if (block.Chars is null)
        {
            Encoding.Latin1.GetChars(block.Bytes.AsSpan(offset, target.Length), target);
        }
        else
        {
            block.Chars.AsSpan(offset, target.Length).CopyTo(target);
        }
    }

    /// <summary>
    /// Copies <see cref="ShortLength"/> units from an address on as UTF-8, if there are so many, and all are ASCII: a text
    /// that is not longer has been copied then, and something behind it. The target has room for them; it is not checked.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryCopyShort(uint address, ref byte target)
    {
        var (block, offset) = At(address);
        if (block.Bytes.Length - offset < ShortLength)
        {
            return false;
        }

        Vector128.LoadUnsafe(ref block.Bytes[offset]).StoreUnsafe(ref target);
        return true;
    }

    /// <summary>Writes a text as UTF-8 after its length in bytes.</summary>
    public void Write(WireWriter writer, uint address, int length)
    {
        var (block, offset) = At(address);
        if (block.Chars is null)
        {
            writer.WriteVarBytes(block.Bytes.AsSpan(offset, length));
        }
        else
        {
            writer.WriteString(block.Chars.AsSpan(offset, length));
        }
    }

    /// <summary>Takes in a text of another pool.</summary>
    public uint Adopt(TextPool other, uint address, int length)
    {
        var (block, offset) = other.At(address);
        return block.Chars is null ? Add(block.Bytes.AsSpan(offset, length), length) : Add(block.Chars.AsSpan(offset, length));
    }

    private (Block Block, int Offset) At(uint address)
    {
        var block = _pages[address >> PageBits]!;
        return (block, (int)(address - block.AddressOf(0)));
    }

    // Makes a text longer by units that the caller writes, in place or elsewhere.
    private uint Extend(uint address, int length, int count, bool isNarrow)
    {
        var (block, offset) = At(address);
        isNarrow &= block.Chars is null;
        if (isNarrow == (block.Chars is null) && offset + length == block.Used && block.TryTake(count))
        {
            (_used, _live) = (_used + count, _live + count);
            return address;
        }

        // What grows will grow on.
        var needed = length + count;
        var (grown, start) = needed > MaxShared
            ? TakeBlock(needed, Math.Min(2L * needed, MaxLength), isNarrow)
            : Take(needed, isNarrow);
        var to = grown.AddressOf(start);
        Copy(address, to, length);
        Release(address, length);
        return to;
    }

    private void Copy(uint from, uint to, int length)
    {
        var (source, start) = At(from);
        var (target, at) = At(to);
        if (source.Chars is not null)
        {
            target.Write(at, source.Chars.AsSpan(start, length));
        }
        else
        {
            target.Write(at, source.Bytes.AsSpan(start, length));
        }
    }

    private (Block Block, int Offset) Take(int length, bool isNarrow)
    {
        if (length > MaxShared)
        {
            return TakeBlock(length, length, isNarrow);
        }

        ref var shared = ref isNarrow ? ref _narrow : ref _wide;
        if (shared is null || !shared.TryTake(length))
        {
            shared = AddBlock(SharedPages * PageLength, length, isNarrow);
            shared.TryTake(length);
        }

        (_used, _live) = (_used + length, _live + length);
        return (shared, shared.Used - length);
    }

    private (Block Block, int Offset) TakeBlock(int length, long capacity, bool isNarrow)
    {
        var block = AddBlock(capacity, length, isNarrow);
        block.TryTake(length);
        (_used, _live) = (_used + length, _live + length);
        return (block, 0);
    }

    private Block AddBlock(long capacity, int length, bool isNarrow)
    {
        var count = (int)((capacity + PageLength - 1) / PageLength);
        if (_pageCount + count > MaxPages)
        {
            throw new InvalidOperationException("The text of the document is too long.");
        }

        var block = new Block(_pageCount, count, length, isNarrow);
        _pageCount += count;
        if (_pageCount > _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(_pageCount, _pages.Length + (_pages.Length / 2)));
        }

        Array.Fill(_pages, block, block.FirstPage, count);
        return block;
    }

    private sealed class Block
    {
        public readonly int FirstPage, PageCount;

        /// <summary>How many units are taken, and how many of those are in use.</summary>
        public int Used, Live;

        public byte[] Bytes = [];

        /// <summary>Null where all is ASCII.</summary>
        public char[]? Chars;

        public Block(int firstPage, int pageCount, int capacity, bool isNarrow)
        {
            (FirstPage, PageCount) = (firstPage, pageCount);
            if (isNarrow)
            {
                Bytes = new byte[capacity];
            }
            else
            {
                Chars = new char[capacity];
            }
        }

        private int Capacity => Chars?.Length ?? Bytes.Length;

        public uint AddressOf(int offset) => ((uint)FirstPage << PageBits) + (uint)offset;

        /// <summary>Takes units at the end; the array grows as far as the pages go.</summary>
        public bool TryTake(int count)
        {
            var needed = (long)Used + count;
            var most = (long)PageCount << PageBits;
            if (needed > most)
            {
                return false;
            }

            if (needed > Capacity)
            {
                var capacity = (int)Math.Min(Math.Max(2L * Capacity, needed), most);
                if (Chars is null)
                {
                    Array.Resize(ref Bytes, capacity);
                }
                else
                {
                    Array.Resize(ref Chars, capacity);
                }
            }

            (Used, Live) = (Used + count, Live + count);
            return true;
        }

        public void Write(int offset, ReadOnlySpan<char> text)
        {
            if (Chars is not null)
            {
                text.CopyTo(Chars.AsSpan(offset));
            }
            else if (text.Length > MaxKeystroke)
            {
                Encoding.Latin1.GetBytes(text, Bytes.AsSpan(offset));
            }
            else
            {
                for (var i = 0; i < text.Length; i++)
                {
                    Bytes[offset + i] = (byte)text[i];
                }
            }
        }

        public void Write(int offset, ReadOnlySpan<byte> utf8)
        {
            if (Chars is null)
            {
                utf8.CopyTo(Bytes.AsSpan(offset));
            }
            else
            {
                Encoding.UTF8.GetChars(utf8, Chars.AsSpan(offset));
            }
        }
    }
}
