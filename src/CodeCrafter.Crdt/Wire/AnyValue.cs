using System.Buffers.Binary;
using System.Collections;

namespace CodeCrafter.Crdt.Wire;

/// <summary>
/// lib0's "any" encoding of plain JavaScript values. A number is a <see cref="double"/>, a BigInt a <see cref="long"/>,
/// an object a <c>Dictionary&lt;string, object?&gt;</c>, an array a <c>List&lt;object?&gt;</c>, a Uint8Array a
/// <c>byte[]</c>; null and undefined are null.
/// </summary>
internal static class AnyValue
{
    /// <summary>How deep arrays and objects may nest.</summary>
    public const int MaxDepth = 128;

    private const byte Bytes = 116, Array = 117, Object = 118, Text = 119, True = 120, False = 121,
        BigInt = 122, Float64 = 123, Float32 = 124, Integer = 125, Null = 126, Undefined = 127;

    /// <summary>Whether an encoded value is an object.</summary>
    public static bool IsObject(ReadOnlySpan<byte> value) => value is [Object, ..];

    /// <summary>What comes next: a container, something that JSON lacks, or another value.</summary>
    public static AnyValueKind PeekKind(WireReader reader) => reader.ReadByte() switch
    {
        Undefined => AnyValueKind.Undefined,
        BigInt => AnyValueKind.BigInt,
        Array => AnyValueKind.Array,
        Object => AnyValueKind.Object,
        _ => AnyValueKind.Other,
    };

    /// <summary>Goes past one value and checks all of it.</summary>
    public static void Skip(ref WireReader reader, int depth = 0)
    {
        var kind = reader.ReadByte();
        switch (kind)
        {
            case Undefined or Null or True or False:
                break;
            case Integer:
                reader.SkipVarInt();
                break;
            case Float32:
                reader.ReadBytes(4);
                break;
            case Float64 or BigInt:
                reader.ReadBytes(8);
                break;
            case Text:
                reader.ReadUtf8();
                break;
            case Bytes:
                reader.ReadVarBytes();
                break;
            case Array or Object:
                CheckDepth(depth);
                for (var left = reader.ReadVarUint(); left > 0; left--)
                {
                    if (kind == Object)
                    {
                        reader.ReadUtf8();
                    }

                    Skip(ref reader, depth + 1);
                }

                break;
            default:
                throw new MalformedUpdateException("A value is of an unknown kind.");
        }
    }

    public static object? Read(ReadOnlySpan<byte> value)
    {
        var reader = new WireReader(value);
        return Read(ref reader, 0);
    }

    /// <summary>Reads the next value.</summary>
    public static object? ReadOne(ref WireReader reader) => Read(ref reader, 0);

    private static object? Read(ref WireReader reader, int depth)
    {
        var kind = reader.ReadByte();
        switch (kind)
        {
            case Undefined or Null:
                return null;
            case True or False:
                return kind == True;
            case Integer:
                return reader.ReadVarInt();
            case Float32:
                return (double)BinaryPrimitives.ReadSingleBigEndian(reader.ReadBytes(4));
            case Float64:
                return BinaryPrimitives.ReadDoubleBigEndian(reader.ReadBytes(8));
            case BigInt:
                return BinaryPrimitives.ReadInt64BigEndian(reader.ReadBytes(8));
            case Text:
                return reader.ReadString();
            case Bytes:
                return reader.ReadVarBytes().ToArray();
            case Array:
                CheckDepth(depth);
                var list = new List<object?>();
                for (var left = reader.ReadVarUint(); left > 0; left--)
                {
                    list.Add(Read(ref reader, depth + 1));
                }

                return list;
            case Object:
                CheckDepth(depth);
                var map = new Dictionary<string, object?>();
                for (var left = reader.ReadVarUint(); left > 0; left--)
                {
                    var key = reader.ReadString();
                    map[key] = Read(ref reader, depth + 1);
                }

                return map;
            default:
                throw new MalformedUpdateException("A value is of an unknown kind.");
        }
    }

    /// <summary>Looks whether a value can be written.</summary>
    /// <exception cref="ArgumentException">The value, or one inside it, has no counterpart in JavaScript.</exception>
    public static void Check(object? value)
    {
        if (value is not (null or string or bool or double or int))
        {
            Write(new WireWriter(), value);
        }
    }

    /// <exception cref="ArgumentException">The value, or one inside it, has no counterpart in JavaScript.</exception>
    public static void Write(WireWriter writer, object? value, int depth = 0)
    {
        switch (value)
        {
            case null:
                writer.WriteByte(Null);
                break;
            case string text:
                writer.WriteByte(Text);
                writer.WriteString(text);
                break;
            case bool flag:
                writer.WriteByte(flag ? True : False);
                break;
            case double number:
                WriteNumber(writer, number);
                break;
            case float number:
                WriteNumber(writer, number);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                WriteInteger(writer, Convert.ToInt64(value));
                break;
            case byte[] bytes:
                writer.WriteByte(Bytes);
                writer.WriteVarBytes(bytes);
                break;
            case IEnumerable<KeyValuePair<string, object?>> map:
                WriteObject(writer, map, depth);
                break;
            case IEnumerable list:
                WriteArray(writer, list, depth);
                break;
            default:
                throw new ArgumentException(
                    $"A {value.GetType()} cannot be a value of a shared type. Values are null, string, bool, double, float, integers but "
                    + "ulong, byte[], and sequences and Dictionary<string, object?> of such values.",
                    nameof(value));
        }
    }

    private static void WriteInteger(WireWriter writer, long value)
    {
        // A number of JavaScript is exact up to 2^53; beyond it only a BigInt keeps the value.
        if (value is >= -(long)WireReader.MaxInteger and <= (long)WireReader.MaxInteger)
        {
            WriteNumber(writer, value);
            return;
        }

        writer.WriteByte(BigInt);
        writer.WriteInt64(value);
    }

    private static void WriteNumber(WireWriter writer, double value)
    {
        if (double.IsInteger(value) && Math.Abs(value) <= int.MaxValue)
        {
            writer.WriteByte(Integer);
            writer.WriteVarInt((ulong)Math.Abs(value), double.IsNegative(value));
        }
        else if ((float)value == value)
        {
            writer.WriteByte(Float32);
            writer.WriteSingle((float)value);
        }
        else
        {
            writer.WriteByte(Float64);
            writer.WriteDouble(value);
        }
    }

    private static void WriteObject(WireWriter writer, IEnumerable<KeyValuePair<string, object?>> map, int depth)
    {
        CheckDepthOfArgument(depth);
        var entries = map.ToArray();
        writer.WriteByte(Object);
        writer.WriteVarUint((ulong)entries.Length);
        foreach (var (key, item) in entries)
        {
            writer.WriteString(key);
            Write(writer, item, depth + 1);
        }
    }

    private static void WriteArray(WireWriter writer, IEnumerable list, int depth)
    {
        CheckDepthOfArgument(depth);
        var items = list.Cast<object?>().ToArray();
        writer.WriteByte(Array);
        writer.WriteVarUint((ulong)items.Length);
        foreach (var item in items)
        {
            Write(writer, item, depth + 1);
        }
    }

    private static void CheckDepth(int depth)
    {
        if (depth >= MaxDepth)
        {
            throw new MalformedUpdateException("A value is nested too deep.");
        }
    }

    private static void CheckDepthOfArgument(int depth)
    {
        if (depth >= MaxDepth)
        {
            throw new ArgumentException($"A value may be nested {MaxDepth} deep.");
        }
    }
}

internal enum AnyValueKind
{
    Undefined,
    BigInt,
    Array,
    Object,
    Other,
}
