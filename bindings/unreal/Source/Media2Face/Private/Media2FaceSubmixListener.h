#pragma once

#include "CoreMinimal.h"
#include "HAL/PlatformTime.h"
#include "ISubmixBufferListener.h"
#include "Media2FaceModule.h"

/** Hands the sound of a submix to a character. The audio engine keeps it for as long as it needs it, also after the character's end. */
class FMedia2FaceSubmixListener : public ISubmixBufferListener
{
public:
	explicit FMedia2FaceSubmixListener(std::shared_ptr<m2f::core::AudioPort> InPort) : Port(std::move(InPort)) {}

	/** On the audio render thread: no lock, no memory. NumSamples counts all channels. */
	virtual void OnNewSubmixBuffer(const USoundSubmix* OwningSubmix, float* AudioData, int32 NumSamples, int32 NumChannels, const int32 SampleRate,
		double AudioClock) override
	{
		if (NumChannels > 0 && SampleRate > 0)
		{
			Port->hear(AudioData, static_cast<std::size_t>(NumSamples / NumChannels), static_cast<uint32>(NumChannels), static_cast<uint32>(SampleRate),
				FPlatformTime::Seconds());
		}
	}

	virtual const FString& GetListenerName() const override
	{
		static const FString Name = TEXT("media2face");
		return Name;
	}

private:
	std::shared_ptr<m2f::core::AudioPort> Port;
};
