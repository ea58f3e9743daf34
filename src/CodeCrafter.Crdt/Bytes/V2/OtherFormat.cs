using CodeCrafter.Crdt.Structs;

namespace CodeCrafter.Crdt.Bytes.V2;

/// <summary>
/// Whether bytes that are no update of one format are one of the other: a mistake that is easily made. Only asked once
/// they have been refused.
/// </summary>
internal static class OtherFormat
{
    // What a stranger can make us do for the sake of a better message.
    private const int MaxLength = 1 << 14, MaxConverted = 1 << 16;

    public static bool IsV1(ReadOnlySpan<byte> bytes)
    {
        try
        {
            UpdateDecoder.CheckV1(bytes);
            return true;
        }
        catch (MalformedUpdateException)
        {
            return false;
        }
    }

    /// <summary>False also for what is large.</summary>
    public static bool IsV2(ReadOnlySpan<byte> bytes)
    {
        // A V2 update begins with its version, which is 0.
        if (bytes.Length > MaxLength || bytes is not [0, ..])
        {
            return false;
        }

        try
        {
            UpdateDecoder.CheckV1(V2Reader.ToV1(bytes, MaxConverted));
            return true;
        }
        catch (MalformedUpdateException)
        {
            return false;
        }
    }
}
