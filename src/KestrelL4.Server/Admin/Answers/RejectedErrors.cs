using System.Text.Json;
using System.Text.Json.Serialization;

namespace KestrelL4.Server.Admin.Answers;

/// <summary>What is wrong with a configuration: in JSON the errors for the operator, their number for everyone else.</summary>
/// <param name="Count">How many errors there are.</param>
/// <param name="Texts">The errors; null when the reader may not see them.</param>
[JsonConverter(typeof(Converter))]
internal sealed record RejectedErrors(int Count, IReadOnlyList<string>? Texts)
{
    internal sealed class Converter : JsonConverter<RejectedErrors>
    {
        public override RejectedErrors Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                return new RejectedErrors(reader.GetInt32(), null);
            }

            List<string> texts = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                texts.Add(reader.GetString() ?? "");
            }

            return new RejectedErrors(texts.Count, texts);
        }

        public override void Write(Utf8JsonWriter writer, RejectedErrors value, JsonSerializerOptions options)
        {
            if (value.Texts is null)
            {
                writer.WriteNumberValue(value.Count);
                return;
            }

            writer.WriteStartArray();
            foreach (string text in value.Texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }
    }
}
