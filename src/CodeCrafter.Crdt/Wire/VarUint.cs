using System.Numerics;

namespace CodeCrafter.Crdt.Wire;

/// <summary>
/// lib0's unsigned integers, eight bytes at once: seven bits a byte, the lowest first, and the highest bit of each byte
/// but the last is set. In a word the first byte is the lowest.
/// </summary>
internal static class VarUint
{
    /// <summary>What is below this takes up no more than a word.</summary>
    public const ulong Limit = 1UL << 56;

    private const ulong HighBits = 0x8080_8080_8080_8080;

    /// <summary>In how many bytes an integer is written.</summary>
    public static int LengthOf(ulong value) => (640 - (9 * BitOperations.LeadingZeroCount(value | 1))) >> 6;

    /// <summary>An integer below <see cref="Limit"/> as it is written; the bytes behind it are zero.</summary>
    public static ulong Encode(ulong value)
    {
        var length = LengthOf(value);
        // Halves, quarters and then eighths are moved apart.
        value = (value & 0x0FFF_FFFF) | ((value & 0x00FF_FFFF_F000_0000) << 4);
        value = (value & 0x0000_3FFF_0000_3FFF) | ((value & 0x0FFF_C000_0FFF_C000) << 2);
        value = (value & 0x007F_007F_007F_007F) | ((value & 0x3F80_3F80_3F80_3F80) << 1);
        return value | (HighBits & ((1UL << (8 * (length - 1))) - 1));
    }

    /// <summary>The same for an integer of 32 bits.</summary>
    public static ulong Encode(uint value)
    {
        if (value >= 1 << 28)
        {
            return Encode((ulong)value);
        }

        var mask = (1u << (8 * (LengthOf(value) - 1))) - 1;
        value = (value & 0x3FFF) | ((value & 0x0FFF_C000) << 2);
        value = (value & 0x007F_007F) | ((value & 0x3F80_3F80) << 1);
        return value | (0x8080_8080 & mask);
    }

    /// <summary>Of how many bytes the integer is that a word begins with; 0 if it does not end within the word.</summary>
    public static int LengthIn(ulong word) =>
        (~word & HighBits) is var ends and not 0 ? (BitOperations.TrailingZeroCount(ends) / 8) + 1 : 0;

    /// <summary>Reads the integer that a word begins with, of so many bytes; 0 bytes if it does not end within the word.</summary>
    public static ulong Decode(ulong word, out int length)
    {
        var ends = ~word & HighBits;
        length = LengthIn(word);
        word &= (ends ^ (ends - 1)) & ~HighBits;
        word = (word & 0x007F_007F_007F_007F) | ((word & 0x7F00_7F00_7F00_7F00) >> 1);
        word = (word & 0x0000_3FFF_0000_3FFF) | ((word & 0x3FFF_0000_3FFF_0000) >> 2);
        return (word & 0x0FFF_FFFF) | ((word & 0x0FFF_FFFF_0000_0000) >> 4);
    }
}
