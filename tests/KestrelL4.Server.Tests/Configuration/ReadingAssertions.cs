using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

internal static class ReadingAssertions
{
    /// <summary>The configuration, once there is nothing wrong with it.</summary>
    public static NodeConfiguration Valid(this ConfigurationReading reading)
    {
        Assert.Empty(reading.Unreadable);
        Assert.Empty(reading.Errors);
        return Assert.IsType<NodeConfiguration>(reading.Configuration);
    }

    /// <summary>The one error, at the key below <c>KestrelL4</c>.</summary>
    public static ConfigurationError OneError(this ConfigurationReading reading, string key)
    {
        Assert.Null(reading.Configuration);
        ConfigurationError error = Assert.Single(reading.Errors);
        Assert.Equal("KestrelL4:" + key, error.KeyPath);
        Assert.NotEmpty(error.Source);
        Assert.NotEmpty(error.Problem);
        Assert.NotEmpty(error.Allowed);
        return error;
    }
}
