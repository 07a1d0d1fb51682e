using System.Text.Json;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>The steps in which an object of JSON is read by hand.</summary>
internal static class JsonSteps
{
    /// <summary>Steps to the next property of the object and on to its value; false at the object's end.</summary>
    /// <param name="json">The reader, at the object's beginning or at the end of a value of it.</param>
    /// <param name="names">The properties that are known.</param>
    /// <param name="known">The index of the property's name among them; -1 when it is not known.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool NextProperty(this ref Utf8JsonReader json, ReadOnlySpan<byte[]> names, out int known)
    {
        known = -1;
        Step(ref json);
        if (json.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        for (int i = 0; i < names.Length && known < 0; i++)
        {
            known = json.ValueTextEquals(names[i]) ? i : -1;
        }

        Step(ref json);
        return true;
    }

    /// <summary>Steps to the first or next value of an array; false at its end.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool NextValue(this ref Utf8JsonReader json)
    {
        Step(ref json);
        return json.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Sees that the reader stands at a token of a kind.</summary>
    /// <exception cref="JsonException">It is of another.</exception>
    public static void Expect(this ref Utf8JsonReader json, JsonTokenType kind)
    {
        if (json.TokenType != kind)
        {
            throw new JsonException($"{kind} is expected where there is {json.TokenType}.");
        }
    }

    /// <summary>Steps to the next token.</summary>
    /// <exception cref="JsonException">There is none.</exception>
    public static void Step(ref Utf8JsonReader json)
    {
        if (!json.Read())
        {
            throw new JsonException("It ends too soon.");
        }
    }

    /// <summary>The text at which the reader stands.</summary>
    /// <exception cref="JsonException">It is null.</exception>
    /// <exception cref="InvalidOperationException">It is of another kind, or no UTF-8.</exception>
    public static string Text(this ref Utf8JsonReader json) => json.GetString() ?? throw new JsonException("A text is null.");
}
